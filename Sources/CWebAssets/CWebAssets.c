// SPDX-License-Identifier: Apache-2.0
#include "CWebAssets.h"

// A file is listed twice: its bytes here, its name in the table below. A test compares both with the folder.
static const unsigned char app_webmanifest[] = {
#embed "../Web/client/app.webmanifest"
};
static const unsigned char images_tern_svg[] = {
#embed "../Web/client/images/tern.svg"
};
static const unsigned char index_html[] = {
#embed "../Web/client/index.html"
};
static const unsigned char main_js[] = {
#embed "../Web/client/main.js"
};
static const unsigned char style_base_css[] = {
#embed "../Web/client/style/base.css"
};

static const struct sterna_asset assets[] = {
    {"app.webmanifest", app_webmanifest, sizeof app_webmanifest},
    {"images/tern.svg", images_tern_svg, sizeof images_tern_svg},
    {"index.html", index_html, sizeof index_html},
    {"main.js", main_js, sizeof main_js},
    {"style/base.css", style_base_css, sizeof style_base_css},
};

const struct sterna_asset *sterna_assets(size_t *count) {
    *count = sizeof assets / sizeof assets[0];
    return assets;
}
