// SPDX-License-Identifier: Apache-2.0

/// The version of this program, as `sterna version` and the package say it.
package let version = "0.1.0"
