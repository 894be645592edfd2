# SPDX-License-Identifier: GPL-2.0-only
#
# libtandem and the command line. The library holds kernel/core in its
# user-space build; the command line uses tandem.h alone and is linked with
# the static library, so that the one program is all an initramfs needs.

LIB_SRCS := $(sort $(wildcard userspace/lib/*.c userspace/lib/sys/*.c kernel/core/*.c))
CLI_SRCS := $(sort $(wildcard userspace/cli/*.c))
LIB_OBJS_PIC := $(LIB_SRCS:%.c=$B/pic/%.o)
CLI_OBJS := $(CLI_SRCS:%.c=$B/%.o)
LIB_CFLAGS = $(filter-out -I%,$(TANDEM_CFLAGS)) -fPIC -MMD -MP \
	-Iuserspace/lib/sys -Iuserspace/lib -Ikernel -Ikernel/uapi
CLI_CFLAGS = $(filter-out -I%,$(TANDEM_CFLAGS)) -MMD -MP -Iuserspace/lib
LIB_LIBS := -lblkid -ldevmapper
LIB_SONAME := libtandem.so.1

$B/bin/tandem: $(CLI_OBJS) $B/lib/libtandem.a
	@mkdir -p $(@D)
	$(CC) -o $@ $^ -ljson-c $(LIB_LIBS)

$B/lib/libtandem.a: $(LIB_OBJS_PIC)
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

$B/lib/libtandem.so: $(LIB_OBJS_PIC) userspace/lib/tandem.map
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,$(LIB_SONAME) -Wl,--version-script,userspace/lib/tandem.map \
		-Wl,--no-undefined -o $@ $(LIB_OBJS_PIC) $(LIB_LIBS)
	@ln -sf libtandem.so $B/lib/$(LIB_SONAME)

$B/pic/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) -c -o $@ $<

$B/userspace/cli/%.o: userspace/cli/%.c
	@mkdir -p $(@D)
	$(CC) $(CLI_CFLAGS) -c -o $@ $<

-include $(LIB_OBJS_PIC:.o=.d) $(CLI_OBJS:.o=.d)

PUBLIC_HEADERS := tandem.h tandem_error.h tandem_status.h \
	tandem_examine.h tandem_monitor.h tandem_rebuild.h tandem_replace.h tandem_wait.h
MANUALS = $(wildcard Documentation/*.[1-9])
prefix = $(DESTDIR)$(PREFIX)

install: $B/bin/tandem $B/bin/tandem-bench $B/lib/libtandem.a $B/lib/libtandem.so
	install -d $(prefix)/sbin $(prefix)/bin $(prefix)/lib $(prefix)/include
	install -m 755 $B/bin/tandem $(prefix)/sbin/tandem
	install -m 755 $B/bin/tandem-bench $(prefix)/bin/tandem-bench
	install -m 644 $B/lib/libtandem.a $(prefix)/lib/libtandem.a
	install -m 755 $B/lib/libtandem.so $(prefix)/lib/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(prefix)/lib/libtandem.so
	install -m 644 $(PUBLIC_HEADERS:%=userspace/lib/%) $(prefix)/include
	install -d $(prefix)/lib/systemd/system
	sed 's|@SBIN@|$(PREFIX)/sbin|' tools/systemd/tandem-monitor.service > \
		$(prefix)/lib/systemd/system/tandem-monitor.service
	for page in $(MANUALS); do \
		install -D -m 644 -t $(prefix)/share/man/man$${page##*.} $$page; \
	done
