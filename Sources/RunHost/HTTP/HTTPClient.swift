/// Requests to servers, as a value that tests replace.
package struct HTTPClient: Sendable {
    /// Blocks the calling thread until there is an answer, a failure or a cancellation, which is seen within 50 ms.
    package var send: @Sendable (HTTPRequest, Cancellation) -> Result<HTTPResponse, HTTPFailure>

    package init(send: @escaping @Sendable (HTTPRequest, Cancellation) -> Result<HTTPResponse, HTTPFailure>) {
        self.send = send
    }

    /// Real requests through libcurl, which is loaded with the first; from any thread, each on a connection of its own.
    /// Proxies are taken from the environment of the process as curl(1) does.
    package static let live = HTTPClient { request, cancellation in
        CurlTransfer(request, cancellation).perform()
    }

    /// Asks nobody: for tests that must not reach a network.
    package static let unavailable = HTTPClient { request, _ in
        .failure(.couldNotAsk("no requests are made here, and \(request) was"))
    }
}
