/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On-disk format of what a superblock says of membership: epochs, the configuration of each
 * set, the places. Where they are in it is in tandem_format_super.h.
 */
#ifndef TANDEM_FORMAT_MEMBER_H
#define TANDEM_FORMAT_MEMBER_H

#include "tandem_format.h"

/*
 * struct tandem_epoch_disk - one read-write activation of the whole array
 * @id, @parent: random; the parent is the epoch this one was started from
 * @number: running number, for people; order is decided by ids alone
 * @flags: TANDEM_FLAG_FORCED if an administrator overrode the chooser here
 */
struct tandem_epoch_disk {
	struct tandem_id id;		/*  0 */
	struct tandem_id parent;	/* 16 */
	__le64 number;			/* 32 */
	__le64 flags;			/* 40 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_epoch_disk) == 48, "epoch");

/*
 * struct tandem_config_disk - who is current in one set
 * @id, @parent: random; guards against two histories with equal numbers
 * @generation: running number, for people
 * @first_leg, @nr_legs: the set's places in the leg table
 * @home: position in the set, plus one, of the leg that is read where nothing was
 *	ever written (region map); 0: the first that is current. It stays when the array
 *	is started again, or such a block would change
 * @copy_rate: bytes a second that its legs were made equal at, when that was last
 *	measured; 0: not since a disk was changed. Advice only: sizes the intent log
 *
 * In a superblock on a leg of the same set this is the newest configuration;
 * for any other set it is the one in force when the epoch was written.
 */
struct tandem_config_disk {
	struct tandem_id id;		/*  0 */
	struct tandem_id parent;	/* 16 */
	__le64 generation;		/* 32 */
	__le16 first_leg;		/* 40 */
	__le16 nr_legs;			/* 42 */
	__u8 home;			/* 44 */
	__u8 reserved0[3];		/* 45 */
	__le64 copy_rate;		/* 48 */
	__u8 reserved1[40];		/* 56 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_config_disk) == 96, "configuration");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_config_disk, copy_rate) == 48, "copy rate");

/* What a leg held when it left: guards against mistaking it for a rival. */
struct tandem_pair_disk {
	struct tandem_id config;	/*  0 */
	struct tandem_id epoch;		/* 16 */
};

/*
 * struct tandem_leg_disk - one place
 * @id: identity of the leg that fills it; a new disk gets a new one
 * @disk: serial number or path of the disk, for people
 * @record: enum tandem_record
 * @by_hand: 1 if an administrator took the leg out, so that nobody else puts it back;
 *	0: it left by itself, or is in use
 * @set: index of its set
 * @replaces: position in the set, plus one, of the leg that this one is to replace and
 *	whose number it takes then; 0: none. Only the last place of a set says so
 * @read_class: 1: reads go there first, 2: there last, as an administrator has set; any other
 *	number: as to any leg. It is advice: no number is a reason to refuse the leg
 * @disk_sectors: size of the disk; a clone on a smaller one is refused
 * @last: what is surely in both its slots since it was last current
 * @issued: what was sent to it after that and may have landed
 * @last_log_seq: intent-log sequence at which it left; a leg that returns
 *	with less was rolled back
 * @successor: leg that is replacing this one, or none
 */
struct tandem_leg_disk {
	struct tandem_id id;			/*   0 */
	__u8 disk[TANDEM_DISK_NAME_BYTES];	/*  16 */
	__u8 record;				/*  64 */
	__u8 by_hand;				/*  65 */
	__le16 set;				/*  66 */
	__u8 replaces;				/*  68 */
	__u8 read_class;			/*  69 */
	__u8 reserved1[2];			/*  70 */
	__le64 disk_sectors;			/*  72 */
	struct tandem_pair_disk last;		/*  80 */
	struct tandem_pair_disk issued;		/* 112 */
	__le64 last_log_seq;			/* 144 */
	struct tandem_id successor;		/* 152 */
	__u8 reserved2[8];			/* 168 */
};
TANDEM_STATIC_ASSERT(sizeof(struct tandem_leg_disk) == 176, "leg entry");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, by_hand) == 65, "by hand");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, replaces) == 68, "replaces");
TANDEM_STATIC_ASSERT(__builtin_offsetof(struct tandem_leg_disk, read_class) == 69, "read class");

#endif
