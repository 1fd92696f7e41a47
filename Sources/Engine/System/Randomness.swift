// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// The kernel's random numbers: what the streams of the core are seeded with.
package enum Randomness {
    /// `count` fresh secret bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Safe: the buffer holds `count` bytes, and the call fills all of them or fails.
            let result = unsafe linux_random(buffer.baseAddress, count)
            precondition(result == 0, "the kernel gives random bytes")
            initialized = count
        }
    }
}
