// SPDX-License-Identifier: Apache-2.0
// The browser client as bytes inside the binary: a table of files, in the order of their names.
#ifndef STERNA_CWEBASSETS_H
#define STERNA_CWEBASSETS_H

#include <stddef.h>

/// One embedded file; `name` is its path under Sources/Web/client.
struct sterna_asset {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// The table; it lives as long as the process.
extern const struct sterna_asset *sterna_assets(size_t *count);

#endif
