// SPDX-License-Identifier: Apache-2.0
import Crypto
import Signaling
import Testing
import Wire

@Suite("People")
struct PeopleTests {
    func make(_ name: String, in people: inout People) throws -> People.NewPerson {
        let name = try #require(Name(name))
        let person = people.create(name, now: UnixTime(seconds: 1_790_000_000))
        return try #require(person)
    }

    @Test("a person is known by identity and secret, and by nothing else")
    func authentication() throws {
        var people = People(random: RandomStream(testSeed: 1))
        let ana = try make("Ana", in: &people)
        let ben = try make("Ben", in: &people)
        let known = people.authenticate(ana.record.id, secret: ana.secret)
        #expect(known?.name == Name("Ana"))
        let attempts = [
            (ana.record.id, ben.secret), (ana.record.id, ""), ("nobody", ana.secret), ("", ""),
            (ana.record.id, ana.secret + "x"),
        ]
        for (id, secret) in attempts {
            let found = people.authenticate(id, secret: secret)
            #expect(found == nil)
        }
        #expect(!ana.record.id.contains(":"))
        #expect(ana.record.secretHash != Array(ana.secret.utf8))
        #expect(Set([ana.record.id, ben.record.id, ana.secret, ben.secret]).count == 4)
    }

    @Test("people are known again after a restart, and unknown when they could not be saved")
    func restart() throws {
        var people = People(limit: 2, random: RandomStream(testSeed: 1))
        let ana = try make("Ana", in: &people)
        let ben = try make("Ben", in: &people)
        let third = people.create(ana.record.name, now: ana.record.createdAt)
        #expect(third == nil)
        people.withdraw(ben.record.id)
        let withdrawn = people.authenticate(ben.record.id, secret: ben.secret)
        #expect(withdrawn == nil)

        var next = People(random: RandomStream(testSeed: 2))
        next.restore([ana.record])
        let restored = next.authenticate(ana.record.id, secret: ana.secret)
        let unknown = next.person(ben.record.id)
        #expect(restored?.id == ana.record.id)
        #expect(unknown == nil)
    }

    @Test("whom the operator bans is known to nobody until that is lifted, and told why with the right secret alone")
    func banned() throws {
        var people = People(random: RandomStream(testSeed: 1))
        let ana = try make("Ana", in: &people)
        let ban = PersonBan(person: ana.record.id, reason: "spam", at: UnixTime(seconds: 1_790_000_001))
        people.ban(ban)
        let during = people.authenticate(ana.record.id, secret: ana.secret)
        let (told, untold) = (
            people.ban(of: ana.record.id, secret: ana.secret), people.ban(of: ana.record.id, secret: "guess")
        )
        #expect(during == nil && told == ban && untold == nil)
        var next = People(random: RandomStream(testSeed: 2))
        next.restore([ana.record], [ban])
        let restored = next.authenticate(ana.record.id, secret: ana.secret)
        #expect(restored == nil)
        let (lifted, again) = (people.forgive(ana.record.id), people.forgive(ana.record.id))
        let after = people.authenticate(ana.record.id, secret: ana.secret)
        #expect(lifted && !again && after != nil)
    }
}
