# SPDX-License-Identifier: Apache-2.0
# `make help` says what there is. `make run` and `make test` install what they need (Tests/setup) and ask nothing.

SHELL := /bin/bash
# Where toolchains are unpacked, for a shell or a sudo that does not say.
export PATH := $(PATH):/opt/swift/usr/bin:/usr/local/swift/usr/bin:/usr/share/swift/usr/bin

release_path := .build/release-static
binary := $(release_path)/release/sterna
strict := --explicit-target-dependency-import-check error

.DEFAULT_GOAL := help
.PHONY: help run test swift interop people robustness handover systemd browser world documents fuzz load soak figures bench lint format release
.PHONY: clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { split($$1, names, " "); for (i = 1; i in names; i++) \
		printf "  make %-11s %s\n", names[i], $$2 }' $(MAKEFILE_LIST)

run: release ## Build Sterna and start it with etc/sterna.dev.conf; the call page is at http://localhost:8080
	exec $(binary) serve --config etc/sterna.dev.conf

test: setup-test release ## Run every test; ends with a line `N passed, N failed`
	@packaging/build-deb
	@Tests/run

swift: setup-build ## Run the Swift tests alone
	@Tests/run $@

interop: setup-test release ## Run coturn's and Python's clients against the binary; SERVER=coturn: against turnserver
	@Tests/run $@

people: setup-test release ## Run Python's Socket.IO and WebSocket clients against calls, channels and walkie-talkie
	@Tests/run $@

robustness: setup-test release ## Throw garbage at the binary while a call goes on
	@Tests/run $@

handover: setup-test release ## Restart, kill and replace the binary under 120 calls, for some minutes
	@LONG=1 Tests/run $@

systemd: setup-test release ## Boot a systemd of its own and try the units there; needs root
	@Tests/run $@

browser: setup-test release ## Run the calls of real browsers alone; LONG=1: also those that take longer
	@Tests/run $@

world: setup-world release ## Put the package on every kind of host, for every kind of client; prints the matrix; needs root
	packaging/build-deb
	@LONG=1 Tests/run $@

documents: setup-test release ## Follow the guides of docs/ word by word, each on a Debian that is booted for it; needs root
	packaging/build-deb
	@LONG=1 Tests/run $@

fuzz: setup-build ## Fuzz every parser and the relay for T seconds each (60), or for N inputs each
	@Tests/Fuzz/run $(if $(N),-n $(N),-t $(or $(T),60)) $(TARGETS)

load: setup-test release ## Load walkie-talkie and channels on loopback and print what it costs; PART=talkie, chat, memory, inputs, attacks
	@BINARY=$(binary) .venv/bin/python Tests/Load/load.py $(PART)

soak: setup-test release ## Mix all traffic for T minutes (10) and look whether memory, descriptors and latency stay; HOSTILE=1
	@BINARY=$(binary) .venv/bin/python Tests/Load/soak.py

figures: setup-test release ## Measure what strangers and allocations cost, and hold it against the limits
	@BINARY=$(binary) .venv/bin/python Tests/Load/figures.py

bench: setup-test release ## Compare the cost of a relayed packet with coturn's, and count its instructions
	@Tests/Bench/instructions
	@Tests/Bench/compare

lint: setup-test ## Check format, types, syntax and the project's own rules
	@Tests/lint

format: ## Format the Swift sources in place
	swift format -i -r Sources Tests Package.swift

release: setup-build binary ## Build the release binary: one file, no Swift library beside it

deb: setup-package binary ## Build the Debian package into .build/deb
	packaging/build-deb

package: setup-package binary ## Build the Debian package, judge it, install it in a bare Debian, upgrade and purge it
	packaging/build-deb
	@Tests/run $@

# No name of the folder gets into the program: built elsewhere it is the same (packaging/debian/rules takes away the rest).
anywhere := -Xswiftc -file-prefix-map -Xswiftc '$(CURDIR)=.' -Xcc '-ffile-prefix-map=$(CURDIR)=.'

binary:
	swift build -c release --product sterna --static-swift-stdlib --scratch-path $(release_path) $(strict) $(anywhere)

clean: ## Remove what was built; installed packages and .venv stay
	rm -rf .build

.PHONY: binary deb package setup-build setup-package setup-test setup-world
setup-build:
	@Tests/setup build
setup-package:
	@Tests/setup package
setup-test:
	@Tests/setup test
setup-world:
	@Tests/setup world
