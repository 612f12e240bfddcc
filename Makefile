# Shortcuts for contributors; CONTRIBUTING.md explains them.
LINT = v2.15.0

.PHONY: build test race lint generate rigs

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

rigs: ## run the fault-injection tests in full (hours)
	ASTRA_RIG=full go test ./cmd/internal/faulttest -timeout 4h
