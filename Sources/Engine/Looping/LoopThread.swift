// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A thread that runs one loop until it is stopped.
package final class LoopThread {
    private var thread: pthread_t?
    /// The loop's, which tells whether it turns.
    package let stopper: Stopper

    /// Starts the thread; the loop and all that was added to it belong to the thread from now on.
    ///
    /// - Parameter name: Shown by `top -H` and debuggers; its first 15 bytes are kept.
    package init(named name: String, running loop: sending Loop) throws(Errno) {
        stopper = loop.stopper
        let cargo = unsafe Unmanaged.passRetained(Cargo(name: name, loop: loop))
        var thread = pthread_t()
        // Safe: the new thread takes the retained cargo over; when none starts it is released here.
        let result = unsafe linux_thread_start(
            &thread,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Cargo>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, cargo.toOpaque())
        guard result == 0 else {
            unsafe cargo.release()
            throw Errno(code: -result)
        }
        self.thread = thread
    }

    /// Ends the loop and waits until the thread is gone, and with it everything that the loop held.
    package func stop() {
        // The thread was started joinable, and is joined once.
        guard let thread = thread.take() else { return }
        stopper.stop()
        _ = pthread_join(thread, nil)
    }

    /// Ends the loop once it is done with what it does just now, and does not wait for that.
    package func abandon() {
        guard let thread = thread.take() else { return }
        stopper.stop()
        _ = pthread_detach(thread)
    }

    /// What the new thread is given.
    private final class Cargo {
        private let name: String
        private let loop: Loop

        init(name: String, loop: Loop) {
            self.name = name
            self.loop = loop
        }

        func run() {
            // Safe: the name lives through the call, which copies it.
            unsafe linux_thread_name(name)
            loop.run()
        }
    }
}
