# Every command does the set-up first; ARGS="…" is handed on to the command.
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-fast lint bench image
BIN := .venv/bin
ARGS ?=
IMAGE ?= xueping:latest
# every process and every run of a workflow loads our files: from bytecode, wherever this is set
export PYTHONDONTWRITEBYTECODE :=

help: ## 列出命令 (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## 准备好一切：虚拟环境、锁定的包、Tesseract 与 chi_sim、中文字体 (install what is missing)
	@sh scripts/setup.sh

demo: setup ## 启动整个系统，走完投保、两件理赔、退保并给出结果 (walk a purchase, two claims, a surrender)
	@$(BIN)/xueping demo $(ARGS)

up: setup ## 启动整个系统，Ctrl-C 停止 (the whole stack in the foreground)
	@$(BIN)/xueping up $(ARGS)

test: lint ## 静态检查与全部测试，快的在前 (static checks and every test)
	@$(BIN)/pytest $(ARGS)

test-fast: setup ## 只跑不需要服务器的测试 (tests without servers)
	@$(BIN)/pytest -m "not servers and not stack" $(ARGS)

lint: setup ## 静态检查：ruff、mypy、import-linter (static checks)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## 测量吞吐，与空流程对照 (throughput beside a bare workflow)
	@$(BIN)/xueping bench $(ARGS)

image: ## 构建应用镜像，需要 Docker (build the image, tagged $(IMAGE))
	docker build -t $(IMAGE) .
