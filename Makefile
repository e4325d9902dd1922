# One Makefile, no recursion: every object, test and page is known to one graph.
# Variants build into their own directory, so they never mix:
#
#   make                     build/release, programs in build/bin
#   make check               all tests            make demo    see it work
#   make V=asan unit         also tsan, cov       make CC=clang V=fuzz fuzz
#   make install PREFIX=/usr DESTDIR=/tmp/pkg     make uninstall
#   make install-git-secrets PREFIX=/usr          make uninstall-git-secrets
#   make bench               speed, as ratios     make lint    style and layers
#   make bench REPOSITORIES='DIR...'              histories of these, not of ours
#   make bench-detect        recall and precision, beside the scanners on PATH

V          ?= release
BUILD      ?= build/$(V)
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
BASHCOMP   ?= $(DATADIR)/bash-completion/completions
ZSHCOMP    ?= $(DATADIR)/zsh/site-functions
FISHCOMP   ?= $(DATADIR)/fish/vendor_completions.d
PKG_CONFIG ?= pkg-config
INSTALL    ?= install
HOSTCC     ?= $(CC)

VERSION    := 0.1.0

LIBEXECDIR ?= $(PREFIX)/libexec

PROGS      = sekisho sekisho-vault
PAGES1     = $(PROGS:%=%.1)
PAGES5     = sekisho-rules.5 sekisho-config.5 sekisho-vault-config.5
PAGES7     = sekisho-threats.7

PKG.base   =
PKG.repo   = libgit2 libdeflate libmd
PKG.scan   = libpcre2-8 libmd jansson libarchive
PKG.vault  = libcrypto libsecret-1
PKG.aws    = libcrypto libcurl jansson expat
PKG.test   = cmocka

WARN = -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings \
       -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef
HARDEN         = -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS_release = -O2 -g $(HARDEN)
CFLAGS_asan    = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
CFLAGS_tsan    = -O1 -g -fsanitize=thread
CFLAGS_cov     = -O0 -g --coverage
CFLAGS_fuzz    = -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
                 -fno-sanitize-recover=all
ifeq ($(CFLAGS_$(V)),)
$(error V=$(V) is not one of release asan tsan cov fuzz)
endif

PIE          = -pie
# For a program of libc alone, which then starts in half the time. Where there is
# no libc to link in, it is a program like the others.
STATIC      := $(and $(filter release,$(V)),$(wildcard \
                 $(shell $(CC) -print-file-name=libc.a)),$(wildcard \
                 $(shell $(CC) -print-file-name=rcrt1.o)),-static-pie)
# Ours are ALL_*; CFLAGS, CPPFLAGS and LDFLAGS stay the packager's.
ALL_CPPFLAGS = -D_GNU_SOURCE -Ilib -Icmd $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu11 -fPIE -pthread -MMD -MP $(WARN) $(CFLAGS_$(V)) $(CFLAGS)
# -z now is not only hardening: lazy binding spills vector registers, and with
# them freshly copied secrets, onto the stack.
# The build id is part of what the clean-set remembers.
ALL_LDFLAGS  = $(PIE) -pthread $(CFLAGS_$(V)) -Wl,-z,relro,-z,now,--as-needed,--build-id $(LDFLAGS)

ifneq ($(VERBOSE),1)
say = @printf '  %-7s %s\n' $(1) $(patsubst $(BUILD)/%,%,$@);
endif

pc = $(shell $(PKG_CONFIG) --$(1) $(2) 2>/dev/null || echo -DMISSING_PACKAGES)
$(foreach r,repo scan vault aws test,$(eval PC_CFLAGS.$(r) := $$(call pc,cflags,$(PKG.$(r)))))
$(foreach r,repo scan vault aws test,$(eval PC_LIBS.$(r) := $$(call pc,libs,$(PKG.$(r)))))
ifneq ($(findstring MISSING,$(foreach r,repo scan vault aws,$(PC_LIBS.$(r)))),)
ifneq ($(filter-out deps clean demo check bench bench-detect uninstall,$(or $(MAKECMDGOALS),all)),)
$(error development packages are missing: run `make deps` first)
endif
endif

# The tree is the build description: a new .c is built because it is there.
src  = $(foreach d,$(1),$(wildcard $(d)/*.c))
obj  = $(patsubst %.c,$(BUILD)/%.o,$(call src,$(1)))
BASE = $(BUILD)/libsekbase.a
REPO = $(BUILD)/libsekrepo.a
SCAN = $(BUILD)/libsekscan.a
VAULT = $(BUILD)/libsekvault.a
AWS   = $(BUILD)/libsekaws.a
SCAN_ALL  = $(SCAN) $(REPO) $(BASE)
SCAN_LIBS = $(call pc,libs,libpcre2-8 libmd jansson libdeflate) -lm
VAULT_ALL  = $(AWS) $(VAULT) $(BASE)
# libcurl and libsecret are loaded at run time: http_curl.c says why.
VAULT_LIBS = $(shell $(PKG_CONFIG) --libs libcrypto jansson expat 2>/dev/null)
GIT_SECRETS = $(BUILD)/bin/git-secrets $(BUILD)/man/git-secrets.1
VAULT_FULL = $(BUILD)/libexec/sekisho/sekisho-vault
BINS   = $(PROGS:%=$(BUILD)/bin/%) $(BUILD)/bin/git-secrets $(VAULT_FULL)
# What names a header of the vault is linked with the vault, all else with the
# scanner: the two never meet.
VAULT_TESTS := $(basename $(notdir $(shell grep -lE '"(vault|aws)/' \
                 tests/unit/*.c tests/fuzz/*.c tests/bench/*.c)))
UNIT   = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
REPLAY = $(patsubst tests/fuzz/%.c,$(BUILD)/replay/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ   = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH  = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
RULES  = $(sort $(wildcard patterns/*.rules))
BUILTIN = $(BUILD)/gen/ruleset_builtin
HOOKS   = $(BUILD)/gen/hook_templates
PAGES  = $(patsubst %,$(BUILD)/man/%,$(PAGES1) $(PAGES5) $(PAGES7))
COMPS  = $(foreach p,$(PROGS),$(BUILD)/complete/$(p).bash \
           $(BUILD)/complete/$(p).zsh $(BUILD)/complete/$(p).fish)

ifeq ($(V),release)
LINK_BIN = build/bin
endif

all: $(BINS) $(GIT_SECRETS) $(PAGES) $(COMPS) $(LINK_BIN)

# build/bin/sekisho is where the README says it is, whatever the variant.
build/bin: $(BINS)
	@rm -rf $@; mkdir -p build; ln -s $(patsubst build/%,%,$(BUILD))/bin $@

$(BASE): $(call obj,lib/base)
$(REPO): $(call obj,lib/repo)
$(SCAN): $(call obj,lib/scan) $(BUILTIN).o $(HOOKS).o
$(VAULT): $(call obj,lib/vault)
$(AWS):   $(call obj,lib/aws)
$(BASE) $(REPO) $(SCAN) $(VAULT) $(AWS):
	@mkdir -p $(@D); rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

# Loaded at run time: objects_libgit2.c and http_curl.c say why.
soname = $(shell readelf -d "$$($(CC) -print-file-name=$(1) 2>/dev/null)" 2>/dev/null | \
           sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
LIBGIT2   := $(call soname,libgit2.so)
LIBCURL   := $(call soname,libcurl.so)
LIBSECRET := $(call soname,libsecret-1.so)
LIBARCHIVE := $(call soname,libarchive.so)
LIBZ      := $(call soname,libz.so)
$(call obj,lib/repo):   PC_CFLAGS = $(PC_CFLAGS.repo) -DSEK_LIBGIT2='"$(LIBGIT2)"'
$(call obj,lib/scan):   PC_CFLAGS = $(PC_CFLAGS.scan) -DSEK_LIBARCHIVE='"$(LIBARCHIVE)"' \
                           -DSEK_LIBZ='"$(LIBZ)"'
$(call obj,lib/vault):  PC_CFLAGS = $(PC_CFLAGS.vault) -DSEK_LIBSECRET='"$(LIBSECRET)"'
$(call obj,lib/aws):    PC_CFLAGS = $(PC_CFLAGS.aws) -DSEK_LIBCURL='"$(LIBCURL)"' \
                                    -DSEK_VERSION='"$(VERSION)"'
$(BUILD)/tests/unit/%:  PC_CFLAGS = $(PC_CFLAGS.test)
$(call obj,cmd/cli):    PC_CFLAGS = -DSEK_VERSION='"$(VERSION)"'
$(call obj,cmd/sekisho cmd/sekisho-vault): PC_CFLAGS = -DSEK_VERSION='"$(VERSION)"'

# SIMD variants of one file each, chosen at run time.
$(BUILD)/lib/scan/prefilter_avx512.o: ISA = $(if $(filter x86_64%,$(TARGET)),-mavx512f -mavx512bw -mavx512vbmi)
$(BUILD)/lib/scan/prefilter_avx2.o $(BUILD)/lib/scan/encoded_avx2.o: \
	ISA = $(if $(filter x86_64%,$(TARGET)),-mavx2)
$(BUILD)/lib/scan/prefilter_ssse3.o $(BUILD)/lib/scan/encoded_ssse3.o: \
	ISA = $(if $(filter x86_64%,$(TARGET)),-mssse3)
TARGET := $(shell $(CC) -dumpmachine 2>/dev/null)

# Rebuild when the compiler or its flags change, not only when a file does.
FLAGS = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(VERSION) $(SCAN_LIBS) \
        $(VAULT_LIBS) $(LIBGIT2) $(LIBCURL) $(LIBSECRET) \
        $(LIBARCHIVE) $(STATIC)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(FLAGS))' | \
	  cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(PC_CFLAGS) $(ALL_CFLAGS) $(ISA) -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# patterns/ becomes a table in the program. The compiler of rules runs here, so
# it is built for this machine whatever CC builds for.
RC_SRC = $(wildcard cmd/rules-compile/*.c) $(wildcard lib/base/*.c) \
         lib/scan/rule.c lib/scan/ruleset.c lib/scan/ruleset_text.c \
         lib/scan/example.c lib/scan/ere.c \
         lib/scan/decode_literal.c $(wildcard lib/scan/regex*.c) $(wildcard lib/scan/check*.c) \
         $(wildcard lib/scan/prefilter*.c lib/scan/encoded_*.c)
RC     = build/host/rules-compile
$(RC): $(RC_SRC) $(wildcard lib/base/*.h lib/scan/*.h)
	@mkdir -p $(@D)
	$(call say,HOSTCC)$(HOSTCC) -std=gnu11 -O1 -D_GNU_SOURCE -DSEK_NO_SIMD \
	  -DSEK_NO_BUILTIN -Ilib -Icmd -pthread -o $@ $(RC_SRC) -lm
$(BUILTIN).c: $(RC) $(RULES)
	@mkdir -p $(@D)
	$(call say,RULES)$(RC) $(RULES) >$@.tmp && mv $@.tmp $@

# hooks/NAME.sh becomes the string sek_hook_template_NAME.
$(HOOKS).c: $(wildcard hooks/*.sh)
	@mkdir -p $(@D)
	$(call say,GEN){ echo '#include "scan/hook_script.h"'; for f in $^; do \
	  n=$$(basename $$f .sh | tr - _); \
	  printf 'const char sek_hook_template_%s[] =\n' $$n; \
	  sed 's/[\\"]/\\&/g; s/^/"/; s/$$/\\n"/' $$f; echo ';'; done; } >$@

$(BUILD)/bin/sekisho: $(call obj,cmd/sekisho) $(call obj,cmd/cli) $(SCAN_ALL)
$(BUILD)/bin/sekisho: LIBS = $(SCAN_LIBS)
$(BUILD)/bin/git-secrets: $(call obj,cmd/git-secrets) $(SCAN_ALL)
$(BUILD)/bin/git-secrets: LIBS = $(SCAN_LIBS)
$(VAULT_FULL): $(call obj,cmd/sekisho-vault cmd/cli) $(VAULT_ALL)
$(VAULT_FULL): LIBS = $(VAULT_LIBS)
# Found from /proc/self/exe as ../libexec/sekisho/sekisho-vault. Of the vault it
# gets what needs libc alone; what a static program cannot do, env.c leaves out.
VAULT_HIT = $(BUILD)/bin/sekisho-vault
$(VAULT_HIT): $(call obj,cmd/sekisho-vault-hit) $(if $(STATIC),$(BUILD)/static/env.o) \
              $(VAULT) $(BASE) | $(VAULT_FULL)
$(VAULT_HIT): private PIE = $(or $(STATIC),-pie)
$(BUILD)/static/env.o: lib/base/env.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) -DSEK_STATIC $(ALL_CFLAGS) -c -o $@ $<
$(BINS):
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

# Usage, completion and the page's options come from the table in the program.
$(BUILD)/complete/%.bash: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$(call say,GEN)$< completion bash >$@
$(BUILD)/complete/%.zsh: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$(call say,GEN)$< completion zsh >$@
$(BUILD)/complete/%.fish: $(BUILD)/bin/%
	@mkdir -p $(@D)
	$(call say,GEN)$< completion fish >$@
$(BUILD)/man/%.1: man/%.1.in $(BUILD)/bin/%
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/bin/$* help --format=mdoc >$@.cmds && \
	  awk '/^@COMMANDS@$$/ { while ((getline l < "$@.cmds") > 0) print l; next } \
	       { print }' man/$*.1.in >$@ && rm -f $@.cmds
$(BUILD)/man/git-secrets.1: man/git-secrets.1
	@mkdir -p $(@D)
	$(call say,GEN)cp $< $@
$(BUILD)/man/%.5: man/%.5
	@mkdir -p $(@D)
	$(call say,GEN)cp $< $@
$(BUILD)/man/%.7: man/%.7
	@mkdir -p $(@D)
	$(call say,GEN)cp $< $@

# The archives and libraries that a test is linked with.
parts = $(if $(filter $(1),$(VAULT_TESTS)),$(VAULT_ALL),$(SCAN_ALL))
libs  = $(if $(filter $(1),$(VAULT_TESTS)),$(VAULT_LIBS),$(SCAN_LIBS))
.SECONDEXPANSION:
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(call obj,cmd/cli) $$(call parts,$$*)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs,$*) $(PC_LIBS.test) $(LDLIBS)
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $$(call parts,$$*)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs,$*) $(LDLIBS)
$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/driver.o $$(call parts,$$*)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs,$*) $(LDLIBS)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $$(call parts,$$*)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(call libs,$*) $(LDLIBS)

# The prefilter and the search for encoded text for aarch64 (NEON), run by an
# emulator: all variants must find what a naive search or each other finds.
ARMCC ?= aarch64-linux-gnu-gcc
ARM    = build/arm/replay_prefilter build/arm/replay_encoded
ARMSRC = tests/fuzz/driver.c $(wildcard lib/scan/prefilter*.c lib/scan/encoded*.c) \
         lib/scan/decode_escape.c $(wildcard lib/base/*.c)
$(ARM): build/arm/replay_%: tests/fuzz/fuzz_%.c $(ARMSRC) \
		$(wildcard lib/scan/prefilter*.h lib/scan/encoded*.h lib/base/*.h)
	@mkdir -p $(@D)
	$(call say,ARMCC)$(ARMCC) -std=gnu11 -O2 -static $(WARN) -Werror -D_GNU_SOURCE \
	  -DSEK_STATIC -Ilib -pthread -o $@ $< $(ARMSRC)

objects: $(call obj,$(wildcard lib/*) $(filter-out %/rules-compile,$(wildcard cmd/*)))
unit-bins: $(UNIT) $(REPLAY)
fuzz-bins: $(FUZZ)
bench-bins: $(BENCH)

# ---- what people call ------------------------------------------------------

# A fresh machine has no pkg-config when this file is read, so what follows the
# installation is a make of its own.
deps:
	@tests/deps build
check:
	@tests/deps check
	@$(MAKE) --no-print-directory check-built
check-built: all unit-bins $(ARM)
	@tests/run $(BUILD)
unit: $(BINS) unit-bins
	@tests/run $(BUILD) --unit
demo:
	@tests/deps demo
	@$(MAKE) --no-print-directory all
	@tests/demo $(BUILD)
bench:
	@tests/deps bench
	@$(MAKE) --no-print-directory all bench-bins
	@tests/bench/run $(BUILD)
	@tests/bench/hooks $(BUILD)
	@tests/bench/git_secrets $(BUILD)
	@tests/bench/vault $(BUILD)
	@tests/bench/history $(BUILD) $(REPOSITORIES)
# SEED makes the corpus; another one is another judge.
SEED ?= 20240131
bench-detect:
	@tests/deps bench
	@$(MAKE) --no-print-directory $(BUILD)/bin/sekisho
	@tests/bench/detect $(BUILD) $(SEED)
# Each target runs over its corpus, then for FUZZ_SECONDS on its own.
FUZZ_SECONDS ?= 10
fuzz: fuzz-bins
	@tests/fuzz/run $(BUILD) $(FUZZ_SECONDS)
SOURCES = $(sort $(wildcard lib/*/*.[ch] cmd/*/*.[ch] tests/*/*.[ch]))
lint:
	@tests/layers
	@clang-format --dry-run -Werror $(SOURCES)
	@shellcheck hooks/*.sh tests/deps tests/demo tests/layers tests/fuzz/run .ci/run
	@printf '%s\n' $(wildcard lib/*/*.c cmd/*/*.c) | xargs -P 2 -n 16 sh -c \
	  'clang-tidy --quiet "$$@" -- $(TIDY) 2>/dev/null' clang-tidy
TIDY = -std=gnu11 -D_GNU_SOURCE -Ilib -Icmd $(if $(filter x86_64%,$(TARGET)),-mavx512vbmi -mavx512bw) \
       -DSEK_VERSION=\"$(VERSION)\" -DSEK_LIBGIT2=\"$(LIBGIT2)\" \
       -DSEK_LIBCURL=\"$(LIBCURL)\" -DSEK_LIBSECRET=\"$(LIBSECRET)\" \
       -DSEK_LIBARCHIVE=\"$(LIBARCHIVE)\" -DSEK_LIBZ=\"$(LIBZ)\" \
       $(PC_CFLAGS.vault) $(PC_CFLAGS.aws)
format:
	@clang-format -i $(SOURCES)

# install and uninstall read one list: mode, source, destination.
define FILES
$(foreach p,$(PROGS),0755 $(BUILD)/bin/$(p) $(BINDIR)/$(p);)
0755 $(VAULT_FULL) $(LIBEXECDIR)/sekisho/sekisho-vault;
$(foreach p,$(PAGES1),0644 $(BUILD)/man/$(p) $(MANDIR)/man1/$(p);)
$(foreach p,$(PAGES5),0644 $(BUILD)/man/$(p) $(MANDIR)/man5/$(p);)
$(foreach p,$(PAGES7),0644 $(BUILD)/man/$(p) $(MANDIR)/man7/$(p);)
$(foreach p,$(PROGS),0644 $(BUILD)/complete/$(p).bash $(BASHCOMP)/$(p);)
$(foreach p,$(PROGS),0644 $(BUILD)/complete/$(p).zsh $(ZSHCOMP)/_$(p);)
$(foreach p,$(PROGS),0644 $(BUILD)/complete/$(p).fish $(FISHCOMP)/$(p).fish;)
$(foreach f,$(RULES),0644 $(f) $(DATADIR)/sekisho/$(f);)
endef
each = printf '%s\n' '$(strip $(FILES))' | tr ';' '\n' | \
  while read -r mode from to; do [ -z "$$to" ] || $(1) || exit 1; done
install: all
	@$(call each,$(INSTALL) -v -D -m $$mode $$from "$(DESTDIR)$$to")
uninstall:
	@$(call each,rm -vf "$(DESTDIR)$$to")
	@rmdir "$(DESTDIR)$(DATADIR)/sekisho/patterns" \
	  "$(DESTDIR)$(DATADIR)/sekisho" "$(DESTDIR)$(LIBEXECDIR)/sekisho" 2>/dev/null || :

# Apart from the rest, for it takes the place of another program. Where Debian's
# package owns a file of that name, dpkg keeps it aside and puts it back.
GS_FILES = $(BINDIR)/git-secrets $(MANDIR)/man1/git-secrets.1.gz
divert = [ -n "$(DESTDIR)" ] || ! command -v dpkg-divert >/dev/null || \
  for f in $(GS_FILES); do \
    { dpkg -S "$$f" || dpkg-divert --list "$$f" | grep .; } >/dev/null 2>&1 && \
    dpkg-divert --local --rename --divert "$$f.original" $(1) "$$f"; done || :
install-git-secrets: $(GIT_SECRETS)
	@$(call divert,--add)
	@$(INSTALL) -v -D -m 0755 $(BUILD)/bin/git-secrets "$(DESTDIR)$(BINDIR)/git-secrets"
	@$(INSTALL) -v -D -m 0644 $(BUILD)/man/git-secrets.1 "$(DESTDIR)$(MANDIR)/man1/git-secrets.1"
uninstall-git-secrets:
	@rm -vf "$(DESTDIR)$(BINDIR)/git-secrets" "$(DESTDIR)$(MANDIR)/man1/git-secrets.1"
	@$(call divert,--remove)

clean:
	rm -rf build

.PHONY: all objects unit-bins fuzz-bins bench-bins deps check check-built unit \
        demo bench bench-detect fuzz lint format install uninstall install-git-secrets \
        uninstall-git-secrets clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
