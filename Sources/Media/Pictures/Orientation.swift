// SPDX-License-Identifier: Apache-2.0

/// Which way up a picture is: the one thing of Exif that is needed to show it.
struct Orientation: Hashable {
    /// 2 to 8 (TIFF 6.0 §8); a picture that is as it is stored has none.
    let value: Int

    /// Looks for it in the first directory of a TIFF header, which stands at the beginning of `bytes`.
    init?(inTIFF slice: ArraySlice<UInt8>) {
        let bytes = PictureBytes(Array(slice))
        let isLittle: Bool
        switch (bytes.byte(at: 0), bytes.byte(at: 1)) {
        case (0x49, 0x49): isLittle = true
        case (0x4D, 0x4D): isLittle = false
        default: return nil
        }
        func number(_ width: Int, at place: Int) -> Int? {
            isLittle ? bytes.little(width, at: place) : bytes.big(width, at: place)
        }
        guard number(2, at: 2) == 42, let directory = number(4, at: 4), let count = number(2, at: directory) else {
            return nil
        }
        for entry in 0..<min(count, Self.longestDirectory) {
            let place = directory + 2 + entry * 12
            guard let tag = number(2, at: place) else { return nil }
            guard tag == 0x0112 else { continue }
            guard let value = number(2, at: place + 8), (2...8).contains(value) else { return nil }
            self.value = value
            return
        }
        return nil
    }

    private static let longestDirectory = 512

    /// A TIFF header with a directory that holds nothing else.
    var tiff: [UInt8] {
        [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(clamping: value), 0, 0, 0, 0,
            0, 0,
        ]
    }
}
