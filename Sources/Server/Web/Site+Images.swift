// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Engine
internal import HTTP
internal import Media
internal import Signaling
internal import Store
internal import Wire

/// `/api/images`: pictures for channels. A message shows one by holding its link.
extension Site {
    static let imagePath = "/api/images"

    /// How much a connection may carry: pictures are longer than JSON, and may take longer to come.
    var httpLimits: HTTP.Limits {
        var limits = HTTP.Limits.standard
        if settings.imageSize > 0 { limits.longBodies[Self.imagePath] = settings.imageSize }
        return limits
    }

    /// `POST /api/images`: the picture itself. What it is, its first bytes say, and nobody else.
    func addImage(_ request: Request, by person: Person, _ caller: Caller, now: Moment, answer: @escaping Answer) {
        guard settings.imageSize > 0 else { return answer(.problem(.forbidden, "No pictures are taken here.")) }
        if let refusal = overImageRate(caller, now: now) { return answer(refusal) }
        guard let type = PictureType(of: request.body) else {
            return answer(.problem(.unsupportedMediaType, "This is no PNG, JPEG, WebP, AVIF or GIF."))
        }
        guard let picture = type.withoutMetadata(request.body) else {
            return answer(
                .problem(
                    .unsupportedMediaType,
                    "This picture is damaged: its parts cannot be told apart, so nothing can be taken out of it."))
        }
        let image = ImageRecord(
            id: Base58.encode(Randomness.bytes(16)), owner: person.id, type: type.rawValue, createdAt: now.time,
            bytes: picture)
        records.write(.image(image, space: settings.imageSpace))
        records.whenWritten { isWritten in
            guard isWritten else { return answer(Self.notStored) }
            let url = "\(Self.imagePath)/\(image.id)"
            var reply = Reply.json(
                .created,
                [
                    "id": .string(image.id), "url": .string(url), "type": .string(image.type),
                    "size": .integer(Int64(image.bytes.count)),
                ])
            reply.response.set(.location, url)
            answer(reply)
        }
    }

    /// `GET /api/images/{id}`: to be looked at, and under no circumstances to be run.
    func image(_ id: String, _ caller: Caller, answer: @escaping Answer) {
        records.lookups.find(.image(id: id), for: caller.address) { finding in
            guard case .image(let found) = finding else { return answer(Self.notFound(finding)) }
            guard let image = found else { return answer(.problem(.notFound, "There is no such picture.")) }
            var response = Response(.ok, type: image.type, body: image.bytes)
            // The link never stands for another picture.
            response.set(.cacheControl, "private, max-age=31536000, immutable")
            response.set(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; sandbox")
            response.set(.contentDisposition, "inline")
            response.set(.crossOriginResourcePolicy, "same-origin")
            answer(Reply(response))
        }
    }

    /// `DELETE /api/images/{id}`, by whoever put it there.
    func deleteImage(_ id: String, by person: Person, _ caller: Caller, answer: @escaping Answer) {
        records.lookups.find(.image(id: id), for: caller.address) { [records] finding in
            guard case .image(let found) = finding else { return answer(Self.notFound(finding)) }
            guard let found else { return answer(.problem(.notFound, "There is no such picture.")) }
            guard found.owner == person.id else { return answer(.problem(.forbidden, "This picture is not yours.")) }
            records.write(.forgetImage(id: id, owner: person.id))
            records.whenWritten { answer($0 ? Reply(Response(.noContent)) : Self.notStored) }
        }
    }
}
