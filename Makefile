# Flota's front door. SPDX-License-Identifier: Apache-2.0
# Every target sets up what it needs by itself (scripts/deps); `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
HOST := build/host
ARM := build/arm
P1 := $(ARM)/examples/project1/project1.bin
P2 := $(ARM)/examples/project2/project2.bin
VBOARD := $(HOST)/vboard/flota-vboard
LOG := build/log

.PHONY: help deps host web arm demo check-demo check-vboard check-browser check-power check-bad-input test bench \
        check-guard check-ways check-cubemx check-options check-faults check-fifty check-dash check-wizard check-control check-net check-gdb check-tool check-board check-torture \
        torture planted mutants coverage performance check-trial check-left check-cuts check-bundle check-resume powercut \
        fuzz size fmt check-style clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## fetch what the build needs (packages, sources); offline once done
	@scripts/deps

host: deps web ## build the host side: tool, tests under sanitizers, the virtual board
	@cmake --preset host >$(call log,cmake-host) && cmake --build --preset host

web: deps ## build the page kit, of which flota makes the pages of devices, and the wizard's page
	@node web/kit.mjs --out build/web/kit.json
	@node web/wizard.mjs --out build/web/wizard.html.gz

arm: host ## build the firmware of the examples
	@cmake --preset arm >$(call log,cmake-arm) && cmake --build --preset arm

demo: arm ## start the virtual board with Project 1; open the addresses it prints
	@scripts/demo

check-demo: arm ## 1 -> 2 -> 1 over HTTP on the virtual board, without a person
	@tests/e2e/check-demo

check-vboard: arm ## prove the virtual board's behaviours, and that each proof can fail
	@vboard/tests/check-reports $(VBOARD) $(ARM)/vboard/tests/fw
	@vboard/tests/check-uart $(VBOARD) $(ARM)/vboard/tests/fw
	@$(HOST)/vboard/vboard-check --vboard $(VBOARD) --removable $(VBOARD)-removable \
	  --firmware $(ARM)/vboard/tests/fw vboard/tests/checks/*.txt
	@vboard/tests/check-chip $(VBOARD) $(ARM)

check-browser: arm ## the page by clicking, in Chromium, against the firmware on the virtual board
	@tests/e2e/check-browser

check-power: arm ## the plug is pulled during updates on the virtual board
	@tests/e2e/check-power

check-guard: arm ## the guard's every decision, from flash contents made for it
	@tests/e2e/check-guard

check-trial: arm ## firmwares that hang, fault or never confirm: rolled back by themselves, and why
	@tests/e2e/check-trial

check-left: arm ## the same firmwares sent by the page, which must say by itself what became of them
	@tests/e2e/check-left

check-cuts: arm ## the plug is pulled 200 times, spread over an update
	@tests/e2e/check-cuts

check-bundle: arm ## bundles and signatures, good and bad
	@tests/e2e/check-bundle

check-resume: arm ## uploads go on after a lost connection, and after a loss of power
	@tests/e2e/check-resume

check-ways: arm ## every way in, with everything that the tool does on it, on board and host: one table
	@tests/e2e/check-ways

check-cubemx: arm ## a project in the shape of CubeMX: updated, confirmed, rolled back to
	@tests/e2e/check-cubemx

check-options: arm ## option bytes as shipped: set by the device itself, by consent, with the power cut in it
	@tests/e2e/check-options

check-faults: arm ## brokers that restart, servers that fail, clients that vanish, frames that are mutated
	@tests/e2e/check-faults

check-fifty: arm ## fifty devices by one command: eight virtual boards, the rest on the host
	@tests/e2e/check-fifty

check-dash: arm ## a dashboard with everything: REST, live events, levels, and what is done wrong with it
	@tests/e2e/check-dash

check-wizard: arm ## the wizard by clicking: from nothing to a firmware on the virtual board, and on eight devices
	@tests/e2e/check-wizard

powercut: host ## at least a million power cuts on the host's flash model, in all ways
	@scripts/powercut

check-bad-input: arm ## wrong files and hostile requests against the firmware on the virtual board
	@tests/e2e/check-bad-input

check-style: deps ## clang-format, include direction, SPDX lines
	@scripts/check-style

test: ## everything that must hold, in minutes
	@scripts/test

bench: arm ## the numbers, as `bench: NAME VALUE UNIT`; ONLY="GROUP...": some of them
	@tests/bench/run $(ONLY)

performance: arm ## the numbers anew, and docs/performance.md from them
	@set -o pipefail; tests/bench/run | tee $(call log,bench)
	@node tests/bench/performance.mjs $(LOG)/bench.txt >$(LOG)/performance.md && cp $(LOG)/performance.md docs/

check-control: arm ## the virtual board's control socket, deterministic runs, snapshots
	@vboard/tests/check-control $(VBOARD) $(P1) $(P2)

check-net: arm ## the virtual board's network in virtual time
	@vboard/tests/check-net $(VBOARD) $(ARM)

check-gdb: arm ## a debugger on the virtual board
	@vboard/tests/check-gdb

check-tool: arm ## firmware that loops, floods or never starts, files that are none: clear messages, no hang
	@vboard/tests/check-tool

check-board: arm ## the board page by clicking: the plug is pulled in the middle of an update
	@tests/e2e/check-board

check-torture: arm ## power cuts of any firmware's own update: a naive one's bricks are found, Flota has none
	@tests/e2e/check-torture

torture: arm ## every erase, record and option byte change of an update, thousands of words, pairs: cut in each way
	@scripts/torture

planted: host ## bugs that other systems had, planted one at a time: each must be caught
	@scripts/planted

mutants: host ## mutants of the boot core and the updater: at least 95 of 100 must be killed; ARGS="--only ID": one
	@scripts/mutants $(ARGS)

coverage: deps ## branches of the boot core and the updater, all of them taken
	@scripts/coverage

fuzz: deps ## each parser under libFuzzer for FUZZ_SECONDS (60)
	@scripts/fuzz

size: arm ## text, data and bss of each example
	@arm-none-eabi-size $(ARM)/examples/*/*.elf

fmt: deps ## format the C sources
	@scripts/check-style --fix

clean: ## remove what was built (not what was fetched)
	@rm -rf build

# A file for a step's output, its folder made.
log = $(shell mkdir -p $(LOG))$(LOG)/$(1).txt
