// SPDX-License-Identifier: Apache-2.0
// Where this page came from: modules and pictures lie under one address that names their version.

const root = new URL("..", import.meta.url).pathname;

/**
 * The address of a file of the client.
 * @param {string} name
 */
export const asset = (name) => root + name;
