# Shortcuts for contributors; CONTRIBUTING.md explains them.
LINT = v2.15.0
GORELEASER = v2.13.3
SYFT = v1.57.1
RELEASE_GO = $(shell sed -n 's/.*GOTOOLCHAIN=\(go[0-9.]*\).*/\1/p' .goreleaser.yaml)
ARCH = $(shell go env GOARCH)
BUILDER = docker

.PHONY: build test race lint generate latency rigs release-tools release-snapshot release image

build: ## build ./astra
	go build -trimpath -o astra .

test: ## run all tests, offline
	go test ./...

race: ## run all tests with the race detector
	go test -race -timeout 10m ./...

lint: ## check style and layers, with the pinned linter
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT) run

generate: ## regenerate reference pages, man pages and completions
	go generate ./...

latency: ## count and time the requests of commands, in docs/performance.md
	go test ./cmd -run 'TestLatency$$' -latency

rigs: ## run the fault-injection tests in full (hours)
	ASTRA_RIG=full go test ./cmd/internal/faulttest ./cmd/internal/applytest -timeout 4h

release-tools: ## install the programs of a release in build/bin
	GOBIN=$(CURDIR)/build/bin go install github.com/goreleaser/goreleaser/v2@$(GORELEASER)
	GOBIN=$(CURDIR)/build/bin GOTOOLCHAIN=$(RELEASE_GO) go install github.com/anchore/syft/cmd/syft@$(SYFT)

release-snapshot: release-tools ## make every file of a release in dist, without a signature
	PATH=$(CURDIR)/build/bin:$$PATH goreleaser release --snapshot --clean --skip=sign

release: release-tools ## publish the release of the tag; only the release workflow does this
	awk '/^## \[/ { on = index($$0, "[" substr(ENVIRON["GITHUB_REF_NAME"], 2) "]") } on && !/^## /' CHANGELOG.md > build/notes.md
	test -s build/notes.md
	PATH=$(CURDIR)/build/bin:$$PATH goreleaser release --clean --release-notes build/notes.md

image: ## build the container image from the archive in dist, offline
	rm -rf build/image && mkdir -p build/image/home && install -d -m 755 build/image/root && install -d -m 1777 build/image/root/tmp
	tar -xzf dist/astra_*_linux_$(ARCH).tar.gz -C build/image astra LICENSE THIRD-PARTY.txt
	cp /etc/ssl/certs/ca-certificates.crt build/image
	$(BUILDER) build --tag astra-admin --file Dockerfile build/image
