// SPDX-License-Identifier: Apache-2.0

/// One file of the browser client, ready to be sent.
package struct Asset: Sendable {
    /// A representation of the file under one content coding.
    package struct Representation: Sendable {
        package let bytes: [UInt8]
        /// A strong validator with its quotes; it differs between the codings of one file (RFC 9110 §8.8.3).
        package let etag: String

        init(_ bytes: [UInt8], coding: String = "") {
            self.bytes = bytes
            self.etag = "\"\(Fingerprint(of: bytes))\(coding)\""
        }
    }

    package let contentType: String
    package let cacheControl: String
    package let identity: Representation
    /// Nil where compression makes the file no smaller.
    package let gzip: Representation?

    init(_ bytes: [UInt8], contentType: String, cacheControl: String) {
        self.contentType = contentType
        self.cacheControl = cacheControl
        identity = Representation(bytes)
        gzip = Gzip.compress(bytes).flatMap { smaller in
            smaller.count < bytes.count ? Representation(smaller, coding: "-gz") : nil
        }
    }

    /// Every header of the answer that does not depend on the request.
    ///
    /// ETag, Content-Encoding and Content-Length follow from the representation that the server chooses.
    package var headers: [(name: String, value: String)] {
        [
            ("Content-Type", contentType),
            ("Cache-Control", cacheControl),
            ("Vary", "Accept-Encoding"),
        ] + PagePolicy.headers
    }
}
