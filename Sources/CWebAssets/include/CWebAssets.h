/* The browser client as bytes inside the binary. */
#ifndef STERNA_CWEBASSETS_H
#define STERNA_CWEBASSETS_H
#endif
