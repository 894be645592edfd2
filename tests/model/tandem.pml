/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash argument of tandem, design §4-§5 as built, for one set. What is in
 * the model, what is not and what it has shown: README.md; how to run it: run.
 *
 * One process, one loop: each option of the loop is one event, that is one
 * command done by one leg, one decision of the engine, or one fault. A command
 * takes effect and is seen by the engine in one step; "in flight at the crash"
 * is the crash before or after it. One that errs may have taken effect or not.
 * A leg has a volatile cache. A crash is, for each leg, one of power (each cached
 * block stays or goes) or of the host only (the cache keeps what it has).
 *
 * A region is one block. Its content is the number of the write that made it. With
 * MAP 2 there is a second one, which nobody writes, and on each leg something else is
 * in it and in the first: only copies change that.
 * "Record" is one of the intent log, "version" one of the superblock, that is a
 * pair (configuration, epoch) with what the superblock says beside it. Versions
 * that no leg and no engine holds are forgotten, so there is no bound on them.
 *
 * Run-time parameters, from the environment: V, E, C bound writes, errors and
 * crashes; MUT is the rule that is left out (list in run), 0 for none.
 */
#ifndef N
#define N	2	/* legs */
#endif
#ifndef NR
#define NR	1	/* regions */
#endif
#ifndef MAP
#define MAP	0	/* region map: 0 none, 1 all is written and equal, 2 nothing is */
#endif

/*
 * Mutants, for MUT: each is a rule turned into its opposite. On which property and
 * within which bounds it dies is in run's table, and what the rule says.
 */
#define EARLY_ACK		1
#define FLUSH_ERROR_IGNORED	2
#define CLEAR_UNFLUSHED		3
#define VAIN_RECORD		4
#define ONE_LOG			5
#define READ_UNSURE		6
#define FAILED_WRITE_SURE	7
#define BY_NUMBER		8
#define FIRST_LOG_SUFFICES	9
#define COPY_RACES		10
#define COPY_NOT_FUA		11
#define SERVE_BEFORE_EPOCH	12
#define START_UNFLUSHED		13
#define PROMOTE_AT_ONCE		14
#define PROMOTED_UNCOUNTED	15
#define LOG_WHILE_FAILING	16
#define NO_LOCK_STEP		17
#define UNION_LEAPS		18
#define BAD_LOG_EMPTY		19
#define UNPROVEN_STARTS		20
#define RETURN_UNFILLED		21
#define CLEAR_ACROSS_FAILURE	22
#define LOST_FLUSH_UNTOLD	23
#define SENT_FORGOTTEN		24
#define PROMOTE_UNFLUSHED	25
#define FILLED_UNLOGGED		26
#define READ_IN_DOUBT		27
#define SETTLE_WHILE_FAILING	28
#define HOPELESS_ACK		29
#define LATE_ACK		30
#define BAD_LOG_SKIPPED		31
#define PIN_ANY			32
#define CLEAR_UNSURE		33
#define CLEAR_IN_FLIGHT		34
#define READ_UNPROMOTED		35
#define OTHER_RECORD		36
#define ERRED_NOT_FLUSHED	37
#define PIN_UNNAMED		38
#define FLUSHED_AT_END		39
#define NO_UNION		40
#define COPY_ERROR_SETTLES	41
#define STALE_UNNOTED		42
#define CLEAR_UNMAPPED		43
#define OWN_LOG_UNREAD		44
#define ACROSS_OWN_LOG_UNREAD	45
#define REJOIN_LATE		46
#define LOST_LOG_PARTLY		47
#define COPIED_UNFLUSHED	48
#define FILLED_UNFLUSHED	49
#define PAGES_NOT_TO_FILLED	50
#define NEVER_FROM_ANY		51
#define TOUCH_UNCOPIED		52
#define CLEAR_PARTLY		53
#define HOME_FORGOTTEN		54
#define HOME_UNRECORDED		55
#define HOME_COPY_SURE		56
#define PIN_NOT_HOME		57
#define LOGGED_NEVER		58
#define OLD_IMAGE_PARTLY	59
#define UNION_NOT_TO_FILLED	60

/* Versions at once: each leg's, an image's, the engine's, the next one. */
#define NV	(N + 3)
#define NONE	0		/* no version: slots of the table begin at 1 */
#define DEAD	200		/* a version that no leg can hold any more */
#define ANY	255		/* lastread: nothing is promised */
#define ALL	((1 << N) - 1)
#define REGIONS	((1 << NR) - 1)
#define B(x)	(1 << (x))
#define IN(m, x)	(((m) >> (x)) & 1)
#define LOWEST(m)	(IN(m, 0) -> 0 : (IN(m, 1) -> 1 : 2))
#define TWO(m)	((m) & ((m) - 1))
#define CUT(m, l)	m = m & ~B(l)
#define LEGS(x)	x = 0; do :: x < N ->
#define REGS(x)	x = 0; do :: x < NR ->
#define NEXT(x)	x++ :: else -> break od; x = 0
#define LEGSIF(x, which, what)	LEGS(x) if :: which -> what :: else fi; NEXT(x)
#define REGSIF(x, which, what)	REGS(x) if :: which -> what :: else fi; NEXT(x)

#if MAP == 2
#define NB	(2 * NR)	/* blocks: of each region the first, then of each the second */
#define FIRST	N		/* the first write; what is less was there before */
#define BARE(r)	(NR + (r))
#else
#define NB	NR
#define FIRST	1
#endif
#define BLOCKS(x)	x = 0; do :: x < NB ->
#define D(l, r)	dur[(l) * NB + (r)]
#define C(l, r)	cac[(l) * NB + (r)]
#define SEEN(l, r)	(C(l, r) -> C(l, r) - 1 : D(l, r))
#define LAST(v, l)	vlast[(v) * N + (l)]
#define ISSUED(v, l)	vissued[(v) * N + (l)]

/* The number shows in pan's message: K1 to K8 of the contract; 9: stopped for nothing. */
#define PROP(k, x)	assert((x) || (k == 0))

/* ---- on the legs ---- */
byte dur[N * NB], cac[N * NB];	/* durable block; cached one + 1, 0 for none */
byte ver[N];			/* version in the superblock */
byte lg[N], lag[N];		/* newest record: dirty regions; records behind, at most 2 */
byte lbad;			/* legs whose log cannot be read */
#ifdef ROLLBACK
byte icopy, idur[NR], iver, ilg, ilag;	/* an image of leg 0: 1 taken, 2 put back */
bool ileft;			/* the image is older than the last record that leg 0 had to have */
byte lpin[N];			/* pin + 1 that the newest record names, 0 for none */
#define NAMEPIN(l)	lpin[l] = (mut != PIN_UNNAMED && (ph == 3 || unsure) -> pin + 1 : 0)
#define PINNED(l)	(lpin[l] && IN(u_, lpin[l] - 1))
#define IMAGE(v, l)	((l) == 0 && icopy == 1 && iver == (v))
#define ROLLED(l)	((l) == 0 && icopy == 2)
#define AGE()	if :: ilag < 3 -> ilag++ :: else fi
#define NOTELEFT(l)	if :: MAP && (l) == 0 -> ileft = (icopy == 1 && ilag > rec) :: else fi
#define AS_IT_LEFT(l)	(!((l) == 0 && icopy >= 2 && ileft) || mut == OLD_IMAGE_PARTLY)
#else
#define IMAGE(v, l)	0
#define ROLLED(l)	0
#define AGE()	skip
#define NOTELEFT(l)	skip
#define AS_IT_LEFT(l)	1
#define NAMEPIN(l)	skip
#endif
#if MAP
byte ms[N * N];			/* map of the first leg: regions that are stale on the second */
#define MS(l, k)	ms[(l) * N + (k)]
#endif
#if MAP == 2
byte mw[N];			/* map: regions that are written */
byte vhome[NV + 1];		/* of a version: the set's home */
#endif
byte vcur[NV + 1], vreb[NV + 1];	/* of a version: legs that are current, being filled */
byte vlast[(NV + 1) * N], vissued[(NV + 1) * N];

/* ---- the engine: lost at a crash ---- */
byte ph;			/* 0 down, 1 flush, 2 commit, 3 log, 4 up (1-3: a start) */
byte W, CNT, R, F;		/* legs written to, counted, readable, failing */
byte nrec;			/* legs that failed while they were filled, unrecorded */
byte gone;			/* legs that do not answer */
byte own, held[N];		/* version in memory; what a leg surely has */
bool due, att, hop;		/* a version is to be written; that failed; held requests err */
byte cm, cmf, cml, cmfail, cmok;	/* commit: 1 record of a failure, 2 promotion, 3 start */
byte todo;			/* legs that a step of a start still waits for */
bool fkm;			/* this start was forced, and has not landed */
byte mdirty, recm, rp, rerr;	/* dirty by log; record under way, to go, erred */
bool rec, rres;			/* a record is out; it failed everywhere and is sent again */
byte unsure, refill, pin;
byte val[NR], wok[NR];		/* the last write to a region; legs that have answered well */
byte wst[NR], wp[NR], werr[NR];	/* 1 parked, 2 on its way, 3 held; legs to go, erred */
byte wf, wlost;			/* of these, FUA; a flush may have lost what was written */
bool fl, fu, fh;		/* flush: a round is on, for a user; a user's is held */
byte fp, ferr, unfl;		/* legs to go, erred; legs with something unflushed */
bool flost;			/* a flush failed and no user knows */
byte fcand, qf;			/* regions idle since the round began; flushed since idle */
byte cst, cr, cv, cb, csrc, cp, cerr;	/* copy: 1 writing, 2 settling */
bool cun, cag;			/* of an unsure region; to be done again */
byte cflush;			/* a copy erred on what is now the last leg: flush due, or on */
#if MAP
byte ks[N];			/* map in memory: regions stale on a leg */
byte behind, copied, settling;	/* legs that lack it; regions copied, flushed meanwhile */
bool pass;			/* pages are being written */
byte mp, merr, mcand;		/* of them: legs to go, erred; regions that are to leave */
#endif
#if MAP == 2
byte kw, mkw;			/* regions written, in memory and in the page under way */
byte home, partly;		/* who is read where nobody has written; first touch not over */
#endif
byte pst, pk;			/* promotion: 1 counted, 2 flushing, 3 flushed; leg */

/* ---- what only the properties need ---- */
byte tip;			/* newest version that landed */
bool idle;			/* a fork that has landed, and served nobody yet */
byte vanc[NV + 1];		/* true ancestors of a version */
byte vnum[NV + 1];		/* its running number, for BY_NUMBER only */
byte nv, nerr, ncr;
byte need[NR], compl[NR], snap[NR], lastread[NB];
byte firm, flw, side, vside[NV + 1];	/* forks that have served; of a version, the last */
byte mut, maxv, maxe, maxc;
byte a_, b_, l_, q_, r_, s_, t_, x_, y_, u_;	/* scratch, 0 between events */

/* ---- versions ---- */
#if MAP == 2
#define SETHOME(v, l)	vhome[v] = l
#define HOMEOF(v)	vhome[v]
#else
#define SETHOME(v, l)	skip
#define HOMEOF(v)	0
#endif
/* Slots that nobody holds are free; what no leg can hold any more is DEAD. */
inline TIDY() { d_step {
	s_ = 1;
	do :: s_ <= NV ->
		x_ = (ph && s_ == own);
		LEGSIF(a_, ver[a_] == s_ || IMAGE(s_, a_), x_ = 1);
		if :: !x_ ->
			vcur[s_] = 0; vreb[s_] = 0; vanc[s_] = 0; vnum[s_] = 0; vside[s_] = 0;
			SETHOME(s_, 0);
			LEGS(a_) LAST(s_, a_) = 0; ISSUED(s_, a_) = 0; NEXT(a_);
			b_ = 1; do :: b_ <= NV -> CUT(vanc[b_], s_); b_++ :: else -> break od;
				b_ = 0
		   :: else fi;
		s_++
	   :: else -> break od;
	s_ = 1;
	do :: s_ <= NV ->
		if :: vanc[s_] ->
			LEGS(a_)
				if :: LAST(s_, a_) != ver[a_] && (!ph || LAST(s_, a_) != own) &&
					!IMAGE(LAST(s_, a_), a_) ->
					LAST(s_, a_) = DEAD :: else fi;
				if :: ISSUED(s_, a_) != ver[a_] && (!ph ||
					ISSUED(s_, a_) != own) && !IMAGE(ISSUED(s_, a_), a_) ->
					ISSUED(s_, a_) = DEAD :: else fi;
			NEXT(a_)
		   :: else fi;
		s_++
	   :: else -> break od;
	LEGSIF(a_, held[a_] && held[a_] != ver[a_] && !IMAGE(held[a_], a_), held[a_] = DEAD);
	s_ = 0; x_ = 0 } }

/* t_: a free slot, the child of version p, with p's places. */
inline CHILD(p) {
	t_ = 1; do :: vanc[t_] -> t_++ :: else -> break od;
	vcur[t_] = vcur[p]; vreb[t_] = vreb[p]; vanc[t_] = vanc[p] | B(t_);
	vside[t_] = vside[p]; SETHOME(t_, HOMEOF(p));
	vnum[t_] = (mut == BY_NUMBER -> vnum[p] + 1 : 0);
	LEGS(a_) LAST(t_, a_) = LAST(p, a_); ISSUED(t_, a_) = ISSUED(p, a_); NEXT(a_) }

/* The places in use of version t_ are sent it. */
inline ISSUE() {
	LEGSIF(a_, IN(vcur[t_] | vreb[t_], a_), ISSUED(t_, a_) = t_) }

/* tandem_lineage_drop(): m leaves. */
inline DROP(m) {
	CHILD(own);
	LEGSIF(a_, IN(vcur[t_] | vreb[t_], a_) && held[a_], LAST(t_, a_) = held[a_]);
	vcur[t_] = vcur[t_] & ~(m); vreb[t_] = vreb[t_] & ~(m);
	if :: mut == SENT_FORGOTTEN -> LEGSIF(a_, IN(m, a_), ISSUED(t_, a_) = DEAD) :: else fi;
	ISSUE(); own = t_; t_ = 0 }

/* tandem_lineage_promote() */
inline PROMOTE(k) {
	CHILD(own);
	LEGSIF(a_, IN(vcur[t_] | vreb[t_], a_), LAST(t_, a_) = ISSUED(t_, a_));
	vcur[t_] = vcur[t_] | B(k); CUT(vreb[t_], k);
	ISSUE(); own = t_; t_ = 0 }

/*
 * The engine's version is on leg l. If a start was forced from legs that are all
 * old, what was acknowledged is given up at this moment.
 */
inline LAND(l) {
	if :: fkm && (vcur[own] & vcur[tip]) == 0 ->
		REGS(r_) need[r_] = 0; compl[r_] = 0; NEXT(r_);
		BLOCKS(r_) lastread[r_] = ANY; NEXT(r_);
		firm = 0
	   :: else fi;
	if :: !IN(vanc[own], tip) -> idle = 1 :: else fi;
	fkm = 0;
	ver[l] = own; tip = own }

/* ---- properties of every state ---- */
inline CHECK() {
	TIDY();
	d_step {
		t_ = 0;
		LEGSIF(a_, IN(vcur[tip], a_), t_ = t_ | (IN(lbad, a_) -> REGIONS : lg[a_]));
		x_ = t_;
#if MAP == 2
		x_ = REGIONS;
		LEGSIF(a_, IN(vcur[tip], a_), x_ = x_ & ~mw[a_]);
		t_ = t_ | x_;
#endif
		x_ = 0;
		LEGS(a_)
			if :: IN(vcur[tip], a_) && !ROLLED(a_) ->
				REGS(r_)
					PROP(1, D(a_, r_) >= need[r_]);
					b_ = LOWEST(vcur[tip]);
					PROP(8, IN(t_, r_) || !TWO(vcur[tip]) || ROLLED(b_) ||
						(D(a_, r_) == D(b_, r_) && !C(a_, r_)));
#if MAP == 2
					PROP(8, IN(t_, r_) || !TWO(vcur[tip]) ||
						(D(a_, BARE(r_)) == D(b_, BARE(r_)) &&
						!C(a_, BARE(r_))));
					PROP(8, need[r_] == 0 || IN(lbad, a_) ||
						IN(mw[a_] | lg[a_], r_));
#endif
				NEXT(r_)
			   :: else fi;
		NEXT(a_);
		b_ = 0; t_ = 0 } }

/* ---- commands to a leg ---- */
#define CANERR(l)	(IN(gone, l) || nerr < maxe)
#define CANOK(l)	(!IN(gone, l))

/* An older cached block may have reached the medium before a newer one replaces it. */
inline STORE(l, r, v, fua) {
	if :: fua -> D(l, r) = v; C(l, r) = 0
	   :: !(fua) && C(l, r) && C(l, r) != v + 1 ->
		if :: D(l, r) = C(l, r) - 1 :: skip fi; C(l, r) = v + 1
	   :: else -> C(l, r) = v + 1 fi }
inline FLUSHED(l) {
	BLOCKS(r_) if :: C(l, r_) -> D(l, r_) = C(l, r_) - 1; C(l, r_) = 0 :: else fi; NEXT(r_) }
/* Each cached block is kept or lost. */
inline SHAKEN(l) {
	BLOCKS(r_)
		if :: C(l, r_) -> D(l, r_) = C(l, r_) - 1; C(l, r_) = 0;
			printf("    leg %d keeps r%d\n", l, r_)
		   :: C(l, r_) -> C(l, r_) = 0; printf("    leg %d loses r%d\n", l, r_)
		   :: !C(l, r_) fi;
	NEXT(r_) }
inline SPEND(l) { if :: IN(gone, l) :: else -> nerr++ fi }
inline PUTLOG(l, m) { lg[l] = m; lag[l] = 0; CUT(lbad, l); NAMEPIN(l) }

/* ---- the region map ---- */
#define SURE	(mut == CLEAR_UNSURE -> REGIONS : ~unsure)
#define ACROSS	(mut == CLEAR_ACROSS_FAILURE || mut == ACROSS_OWN_LOG_UNREAD)
#if MAP == 2
#define KW	kw
#define PAGEKW	mkw
#define PARTLY	partly
#define ONE_HOME(l)	(l == home && F == 0)
#define TOUCHED(r) \
	if :: !IN(kw, r) -> \
		kw = kw | B(r); ABSENT_LACK(B(r)); behind = W; \
		if :: (TWO(W) || F) && mut != TOUCH_UNCOPIED -> partly = partly | B(r); \
			if :: cst && cr == r -> cag = 1 :: else fi \
		   :: else fi \
	   :: else fi
/* Where nobody has written, and where that is not over, another one answers now. */
#define HOMELEFT(m) \
	REGS(r_) \
		if :: IN(m, r_) -> \
			lastread[BARE(r_)] = ANY; \
			if :: lastread[r_] < FIRST -> lastread[r_] = ANY :: else fi \
		   :: else fi; \
	NEXT(r_)
#define PIN_HOME	if :: !unsure && mut != PIN_NOT_HOME -> pin = home :: else fi
#else
#define KW	REGIONS
#define PAGEKW	REGIONS
#define PARTLY	0
#define TOUCHED(r)	skip
#define PIN_HOME	skip
#endif
#define ATREST	(mut == CLEAR_PARTLY -> SURE : SURE & ~PARTLY)
#if MAP
/* Legs that are not written to lack regions m. */
#define ABSENT_LACK(m)	LEGSIF(a_, !IN(W, a_), ks[a_] = ks[a_] | (m))
#define LEAVING	(fcand | mcand)
#define STAY(m)	fcand = fcand & (m); mcand = mcand & (m); qf = qf & (m)
#define MAPS_SETTLED	(copied == 0 && settling == 0 && !pass)
#define MAPS_DUE	(F == 0 && !rres && !pass && (copied || (behind & W)))
#define MAY_CLEAN	(F == 0 && !rres && !pass)
inline PUTPAGE(l, w) {
	LEGS(a_) MS(l, a_) = ks[a_] & (w); NEXT(a_);
#if MAP == 2
	mw[l] = w
#endif
	}
/* io/clean.c:note(), when a look at regions m begins. */
inline NOTE(m) {
	x_ = 0;
	if :: mut != STALE_UNNOTED ->
		LEGSIF(a_, !IN(W, a_) && (m & KW & ~ks[a_]), x_ = 1);
		ABSENT_LACK((m) & KW)
	   :: else fi;
	if :: x_ -> behind = W :: else fi;
	x_ = 0;
	settling = settling | copied; copied = 0 }
/* A flush has ended well, with the legs that it began with. */
inline FLUSHMAP() {
	if :: settling && F == 0 && !rres ->
		LEGSIF(a_, IN(W & ~R, a_), ks[a_] = ks[a_] & ~settling);
		behind = W; settling = 0
	   :: settling && !(F == 0 && !rres) -> copied = copied | settling; settling = 0
	   :: else fi;
	mcand = fcand & ATREST; fcand = 0;
	if :: (F || rres) && !ACROSS -> mcand = 0 :: else fi;
	if :: behind & W && (mcand || F == 0) && mut != CLEAR_UNMAPPED ->
		pass = 1; mp = behind & (mut == PAGES_NOT_TO_FILLED -> R : W); behind = 0;
#if MAP == 2
		mkw = kw
#endif
	   :: else -> LEAVE() fi }
inline LEAVE() { qf = qf | (mcand & ATREST); mcand = 0 }
inline ENDPASS() {
	pass = 0; behind = behind | merr;
#if MAP == 2
	mkw = 0;
#endif
	if :: (R & ~merr) == 0 -> t_ = merr & ~R; merr = 0; FAILALL(t_); t_ = 0; mcand = 0
	   :: else -> t_ = merr; merr = 0; FAILALL(t_); t_ = 0;
		if :: F && !ACROSS -> mcand = 0 :: else fi;
		LEAVE() fi }
#define g_page(l)	(pass && IN(mp, l))
inline page(l) {
	CUT(mp, l);
	if :: CANOK(l) -> printf("page on leg %d\n", l); PUTPAGE(l, PAGEKW)
	   :: CANERR(l) ->
		SPEND(l); merr = merr | B(l);
		if :: CANOK(l) -> printf("page errs on leg %d, but is there\n", l);
			PUTPAGE(l, PAGEKW)
		   :: printf("page errs on leg %d\n", l) fi fi;
	if :: mp == 0 -> ENDPASS() :: else fi }
#else
#define LEAVING	fcand
#define STAY(m)	fcand = fcand & (m); qf = qf & (m)
#define MAPS_SETTLED	1
#define MAPS_DUE	0
#define MAY_CLEAN	1
#endif

/* ---- failures ---- */
/* tandem_fault_fail_leg(); y_: refused, for it is the last readable one. */
inline FAIL(l) {
	y_ = 0;
	if :: !IN(W, l)
	   :: IN(W, l) && R == B(l) -> y_ = 1
	   :: else ->
		printf("    leg %d FAILS\n", l);
		if :: IN(CNT, l) -> F = F | B(l) :: else -> nrec = nrec | B(l) fi;
		CUT(W, l); CUT(CNT, l); CUT(R, l);
		LEFT(l);
		if :: pin == l -> pin = LOWEST(R) :: else fi;
		if :: (W & ~R) == 0 -> refill = 0 :: else fi fi }
/* What was to leave stays: the legs are others now. */
inline LEFT(l) {
	if :: !ACROSS -> fcand = 0 :: else fi;
	NOTELEFT(l);
#if MAP
	CUT(behind, l);
	if :: !ACROSS -> mcand = 0; copied = copied | settling; settling = 0 :: else fi;
	if :: (W & ~R) == 0 -> copied = 0; settling = 0 :: else fi;
#endif
#if MAP == 2
	if :: home == l ->
		home = LOWEST(R); HOMELEFT(partly | unsure | ~kw);
		/* Of a copy that is under way from the old one nobody knows who has it. */
		if :: cst && IN(partly, cr) && mut != HOME_COPY_SURE ->
			if :: pin == l -> pin = home :: else fi;
			PIN_HOME; unsure = unsure | B(cr); cag = 1
		   :: else fi
	   :: else fi
#endif
	}
inline FAILALL(m) {
	u_ = m;
	LEGSIF(b_, IN(u_, b_), FAIL(b_));
	u_ = 0; y_ = 0 }
#define DUE	(F || nrec || due)

/* Legs may differ in regions m, and no record of a failed leg will say so. */
inline UNSURE(m) {
	if :: TWO(W) && mut != FAILED_WRITE_SURE ->
		PIN_HOME; unsure = unsure | (m); STAY(SURE);
		if :: cst && IN(m, cr) -> cag = 1 :: else fi
	   :: else fi }

/* ---- writes ---- */
#define BUSY(r)	(wst[r] != 0)
#define g_write(r)	(ph == 4 && !BUSY(r) && nv < maxv && !(cst && cr == r && \
	mut != COPY_RACES))
inline write(r, fua) {
	nv++; val[r]++; wf = wf | (fua << r);
	printf("write v%d to r%d, FUA %d\n", val[r], r, fua);
	lastread[r] = ANY; CUT(firm, r); flw = flw | B(r);
	if :: mut != CLEAR_IN_FLIGHT -> STAY(~B(r)) :: else fi;
	if :: IN(mdirty, r) -> wst[r] = 2; wp[r] = W; TOUCHED(r) :: else -> wst[r] = 1 fi }
inline ENDWRITE(r) { wst[r] = 0; wp[r] = 0; wok[r] = 0; werr[r] = 0; CUT(wf, r); CUT(wlost, r) }
inline ACK(r) {
	printf("ACK write v%d to r%d\n", val[r], r);
	LEGS(a_) PROP(2, !IN(vcur[tip], a_) || IN(wok[r], a_)); NEXT(a_);
	compl[r] = val[r]; lastread[r] = val[r];
	if :: IN(wf, r) -> need[r] = val[r] :: else fi;
	ENDWRITE(r) }
inline ERRWRITE(r) { printf("ERROR to write v%d to r%d\n", val[r], r); ENDWRITE(r) }
#define HOLD	(F && mut != EARLY_ACK && !(mut == HOPELESS_ACK && hop))
inline RELEASE() {
	REGS(r_)
		if :: wst[r_] == 3 && !HOLD -> ACK(r_)
		   :: wst[r_] == 3 && HOLD && hop -> ERRWRITE(r_)
		   :: else fi;
	NEXT(r_);
	if :: fh && !HOLD -> ACKFLUSH() :: fh && HOLD && hop -> ERRFLUSH() :: else fi }

/* tandem_fault_settle(), when all legs have answered. */
inline SETTLE(r) {
	if :: (R & ~werr[r]) == 0 ->
		t_ = werr[r] & ~R; FAILALL(t_); t_ = 0;
		UNSURE(B(r)); ERRWRITE(r)
	   :: else ->
		FAILALL(werr[r]); werr[r] = 0;
		if :: (HOLD && hop) || IN(wlost, r) -> ERRWRITE(r)
		   :: HOLD && !hop && !IN(wlost, r) -> wst[r] = 3
		   :: else -> ACK(r) fi fi }
#define g_data(l, r)	(wst[r] == 2 && IN(wp[r], l))
inline data(l, r) {
	CUT(wp[r], l);
	if :: mut != ERRED_NOT_FLUSHED -> unfl = unfl | B(l) :: else fi;
	if :: CANOK(l) -> printf("data v%d on leg %d\n", val[r], l); unfl = unfl | B(l);
		wok[r] = wok[r] | B(l); STORE(l, r, val[r], IN(wf, r))
	   :: CANERR(l) ->
		SPEND(l); werr[r] = werr[r] | B(l);
		if :: CANOK(l) -> printf("data v%d errs on leg %d, but is there\n", val[r], l);
			STORE(l, r, val[r], 0)
		   :: printf("data v%d errs on leg %d\n", val[r], l) fi fi;
	if :: wp[r] == 0 -> SETTLE(r) :: else fi }

/* ---- the intent log ---- */
#define PARKED(r)	(wst[r] == 1 -> B(r) : 0)
#if NR == 1
#define ALLPARKED	PARKED(0)
#else
#define ALLPARKED	(PARKED(0) | PARKED(1))
#endif
#define g_rec	(ph == 4 && !rec && !rres && (F == 0 || mut == LOG_WHILE_FAILING) && ALLPARKED)
#define g_clear	(ph == 4 && !rec && !rres && F == 0 && (qf & mdirty))
inline record(clear) {
	recm = (mdirty | ALLPARKED) & ~(clear);
	printf("record {%d}\n", recm);
	mdirty = mdirty & recm; STAY(recm); qf = 0;
	LEGSIF(a_, lag[a_] < 2, lag[a_]++); AGE();
	rec = 1; rp = (mut == FILLED_UNLOGGED -> R : W) }
#define g_again	(rres && F == 0 && mut != OTHER_RECORD)
inline again() { printf("record {%d} again\n", recm); rres = 0; rec = 1;
	rp = (mut == FILLED_UNLOGGED -> R : W) }
inline UNPARK() {
	REGSIF(r_, wst[r_] == 1 && IN(mdirty, r_), wst[r_] = 2; wp[r_] = W; TOUCHED(r_)) }
inline ENDRECORD() {
	rec = 0;
	if :: (R & ~rerr) == 0 ->
		t_ = rerr & ~R; FAILALL(t_); t_ = 0;
		REGSIF(r_, wst[r_] == 1, ERRWRITE(r_));
		rres = (mut != OTHER_RECORD)
	   :: else -> FAILALL(rerr); mdirty = recm; recm = 0; UNPARK() fi;
	rp = 0; rerr = 0 }
#define g_log(l)	(rec && IN(rp, l))
inline putrec(l) {
	CUT(rp, l);
	if :: CANOK(l) -> printf("record on leg %d\n", l); PUTLOG(l, recm)
	   :: CANERR(l) ->
		SPEND(l); rerr = rerr | B(l);
		if :: CANOK(l) -> printf("record errs on leg %d, but is there\n", l);
			PUTLOG(l, recm)
		   :: printf("record errs on leg %d\n", l) fi fi;
	if :: mut == FIRST_LOG_SUFFICES && !IN(rerr, l) -> mdirty = mdirty | recm;
		UNPARK() :: else fi;
	if :: rp == 0 -> ENDRECORD()
	   :: mut == NO_LOCK_STEP && rp && !IN(rerr, l) -> mdirty = recm; recm = 0; rec = 0;
		rp = 0; rerr = 0; UNPARK()
	   :: else fi }

/* ---- flushes ---- */
#define IDLE(r)	(wst[r] == 0 -> B(r) : 0)
#if NR == 1
#define ALLIDLE	IDLE(0)
#else
#define ALLIDLE	(IDLE(0) | IDLE(1))
#endif
#define CLEANABLE	(MAY_CLEAN -> mdirty & ALLIDLE & ATREST & ~qf & ~LEAVING : 0)
/* With nothing to cover it changes nothing; but a copy may end while it is on. */
#if MAP
#define COPYING	(cst == 1 && !cun)
#else
#define COPYING	0
#endif
#define g_uflush	(ph == 4 && !fl && !fh && (firm != REGIONS || COPYING))
#define g_oflush	(ph == 4 && !fl && (pst == 1 || cflush || CLEANABLE || MAPS_DUE))
inline flush(user) {
	printf("flush, by user %d, legs {%d}\n", user, unfl & W);
	fl = 1; fu = user;
		fcand = (mut == CLEAR_UNFLUSHED || !MAY_CLEAN -> 0 : mdirty &
		(mut == CLEAR_IN_FLIGHT -> REGIONS : ALLIDLE) & ATREST & ~qf);
	if :: mut == CLEAR_UNFLUSHED -> qf = mdirty & ALLIDLE & SURE :: else fi;
#if MAP
	if :: MAY_CLEAN -> NOTE(fcand) :: else fi;
#endif
	if :: pst == 1 -> pst = 2 :: else fi;
	if :: cflush -> cflush = 2 :: else fi;
	if :: user ->
		flw = 0;
		REGS(r_)
			if :: wst[r_] -> flw = flw | B(r_) :: else fi;
			snap[r_] = compl[r_];
			if :: lastread[r_] != ANY && lastread[r_] > snap[r_] &&
				lastread[r_] >= FIRST ->
				snap[r_] = lastread[r_] :: else fi;
		NEXT(r_)
	   :: else fi;
	fp = unfl & W; unfl = (mut == FLUSHED_AT_END -> unfl : unfl & ~fp);
	if :: mut == PROMOTE_UNFLUSHED && pst == 2 -> CUT(fp, pk)
	   :: mut == FILLED_UNFLUSHED && !user && pst != 2 -> fp = fp & R
	   :: else fi;
	if :: fp == 0 -> ENDFLUSH() :: else fi }
inline ACKFLUSH() {
	printf("ACK flush\n");
	REGS(r_)
		if :: snap[r_] > need[r_] -> need[r_] = snap[r_] :: else fi;
		snap[r_] = 0;
	NEXT(r_);
	firm = firm | (REGIONS & ~flw); fh = 0; flw = 0 }
inline ERRFLUSH() {
	printf("ERROR to flush\n");
	REGS(r_) compl[r_] = need[r_]; snap[r_] = 0; NEXT(r_);
	fh = 0; flw = 0 }
inline ENDFLUSH() {
	fl = 0; x_ = (flost && fu && mut != LOST_FLUSH_UNTOLD);
	if :: x_ -> flost = 0 :: flost && fu && mut == LOST_FLUSH_UNTOLD -> flost = 0 :: else fi;
	if :: (R & ~ferr) == 0 ->
		t_ = ferr & ~R; FAILALL(t_); t_ = 0;
		UNSURE(mdirty);
		REGS(r_)
			if :: !IN(firm, r_) -> lastread[r_] = ANY :: else fi;
			/* No flush covers a write that was not acknowledged when it came. */
			if :: mut != LATE_ACK && wst[r_] == 3 -> ERRWRITE(r_)
			   :: mut != LATE_ACK && wst[r_] == 2 && wok[r_] -> wlost = wlost | B(r_)
			   :: else fi;
		NEXT(r_);
		if :: fu -> x_ = 1 :: else -> flost = 1 fi;
#if MAP
		copied = copied | settling; settling = 0;
#endif
		fcand = 0; pst = 0; cflush = (cflush -> 1 : 0)
	   :: else ->
		if :: cflush == 2 -> cflush = (ferr == 0 -> 0 : 1) :: else fi;
		if :: mut == FLUSHED_AT_END && ferr == 0 -> unfl = unfl & ~W :: else fi;
		FAILALL(ferr);
#if MAP
		if :: !pass -> FLUSHMAP() :: else fi;
#else
		qf = (mut == CLEAR_UNFLUSHED -> qf : qf | (fcand & SURE)); fcand = 0;
#endif
		if :: pst == 2 && IN(W, pk) && !refill ->
			pst = 3 :: pst == 2 && !(IN(W, pk) && !refill) -> pst = 0 :: else fi fi;
	ferr = 0;
	if :: fu && x_ -> ERRFLUSH()
	   :: fu && !x_ -> fh = 1
	   :: else fi;
	fu = 0; x_ = 0;
	if :: fh && !HOLD -> ACKFLUSH() :: fh && HOLD && hop -> ERRFLUSH() :: else fi }
#define g_flush(l)	(fl && IN(fp, l))
inline flushleg(l) {
	CUT(fp, l);
	if :: CANOK(l) -> printf("leg %d flushed\n", l); FLUSHED(l)
	   :: CANERR(l) ->
		printf("flush errs on leg %d\n", l); SPEND(l); SHAKEN(l);
		if :: mut == FLUSH_ERROR_IGNORED :: else -> ferr = ferr | B(l);
			unfl = unfl | B(l) fi fi;
	if :: fp == 0 -> ENDFLUSH() :: else fi }

/* ---- reads ---- */
#if MAP == 2
#define MAYREAD(l, r)	((IN(kw, r) && !IN(partly, r)) || mut == NEVER_FROM_ANY || \
	IN(unsure, r) || (l == home && (F == 0 || mut == HOME_UNRECORDED)))
inline readbare(l, r) {
	printf("read the rest of r%d from leg %d: v%d\n", r, l, SEEN(l, BARE(r)));
	PROP(3, lastread[BARE(r)] == ANY || lastread[BARE(r)] == SEEN(l, BARE(r)));
	lastread[BARE(r)] = SEEN(l, BARE(r)) }
#else
#define MAYREAD(l, r)	1
#endif
#define g_read(l, r)	(ph == 4 && !BUSY(r) && IN(R & ~gone, l) && (!IN(unsure, r) || \
	mut == READ_UNSURE) && MAYREAD(l, r) && \
	(!IN(ferr, l) || (mut == READ_IN_DOUBT && (R & ~ferr) == 0)))
inline readleg(l, r) {
	printf("read r%d from leg %d: v%d\n", r, l, SEEN(l, r));
	PROP(4, IN(vcur[tip], l));
	PROP(1, SEEN(l, r) >= need[r]);
	PROP(3, lastread[r] == ANY || lastread[r] == SEEN(l, r));
	lastread[r] = SEEN(l, r) }

/* ---- copies ---- */
#if MAP == 2
#define HOME	home
#define SEEBARE(l, r)	cb = SEEN(l, BARE(r))
#define STOREBARE(l, fua)	STORE(l, BARE(cr), cb, fua)
#define NOBARE	cb = 0
#define WHOLE	CUT(partly, cr)
#else
#define HOME	0
#define SEEBARE(l, r)	skip
#define STOREBARE(l, fua)	skip
#define NOBARE	skip
#define WHOLE	skip
#endif
#define g_copy(l, r)	(ph == 4 && cst == 0 && !fl && !cflush && \
	(!BUSY(r) || mut == COPY_RACES) && \
	!IN(gone, l) && \
	(IN(unsure, r) -> l == pin : (IN(PARTLY, r) -> l == HOME : IN(refill, r) && IN(R, l))))
inline copy(l, r) {
	cst = 1; cr = r; csrc = l; cv = SEEN(l, r); cun = IN(unsure | PARTLY, r);
	SEEBARE(l, r);
	cp = (cun -> W & ~B(l) : W & ~R);
	PROP(4, IN(vcur[tip], l));
	printf("copy r%d: v%d from leg %d to {%d}\n", r, cv, l, cp);
	if :: cp == 0 -> ENDCOPY() :: else fi }
inline COPYOFF() { NOBARE; cst = 0; cr = 0; csrc = 0; cv = 0; cun = 0; cag = 0; cerr = 0 }
inline ENDCOPY() {
	FAILALL(cerr); cst = 2;
	if :: (cerr & R) && mut != COPY_ERROR_SETTLES -> cflush = 1 :: else fi;
	cerr = 0;
	if :: !IN(R, csrc) || cag || cflush -> COPYOFF()
	   :: else -> COPIED() fi }
inline COPIED() {
	if :: cun && F && hop && mut != SETTLE_WHILE_FAILING -> COPYOFF()
	   :: cun && F && !hop && mut != SETTLE_WHILE_FAILING
	   :: else ->
		if :: cag :: else -> printf("r%d is equal\n", cr); CUT(unsure, cr);
			CUT(refill, cr); WHOLE; FILLEDREGION() fi;
		COPYOFF() fi }
/* tandem_map_copied() */
inline FILLEDREGION() {
#if MAP
	x_ = 0;
	LEGSIF(a_, IN(W & ~R, a_) && IN(ks[a_], cr), x_ = 1);
	if :: x_ && mut == COPIED_UNFLUSHED ->
		LEGSIF(a_, IN(W & ~R, a_), CUT(ks[a_], cr)); behind = W
	   :: x_ && mut != COPIED_UNFLUSHED -> copied = copied | B(cr)
	   :: else fi;
	x_ = 0
#else
	skip
#endif
	}
#define g_copyleg(l)	(cst == 1 && IN(cp, l))
inline copyleg(l) {
	CUT(cp, l);
	if :: !cun || mut == COPY_NOT_FUA -> unfl = unfl | B(l) :: else fi;
	if :: CANOK(l) -> printf("copy on leg %d\n", l);
		STORE(l, cr, cv, (cun && mut != COPY_NOT_FUA));
		STOREBARE(l, (cun && mut != COPY_NOT_FUA))
	   :: CANERR(l) ->
		SPEND(l); cerr = cerr | B(l);
		if :: CANOK(l) -> printf("copy errs on leg %d, but is there\n", l);
			STORE(l, cr, cv, 0); STOREBARE(l, 0)
		   :: printf("copy errs on leg %d\n", l) fi;
		unfl = unfl | B(l) fi;
	if :: cp == 0 -> ENDCOPY() :: else fi }
#define g_settled	(cst == 2 && (F == 0 || hop))

/* ---- commits of the superblock ---- */
#define g_record	(ph == 4 && cm == 0 && DUE)
inline recordfail() {
	x_ = (F | nrec) & (vcur[own] | vreb[own]);
	if :: x_ -> DROP(x_); due = 1 :: else fi;
	x_ = 0; SETHOME(own, HOME);
	printf("version %d current {%d} issued\n", own, vcur[own]);
	cm = 1; cmf = R; cml = W & ~R }
#define g_hopeless	(att && F && !hop)
inline hopeless() {
	printf("no patience left\n"); hop = 1;
	REGSIF(r_, wst[r_] == 1 && !IN(mdirty, r_) && !rec, ERRWRITE(r_));
	RELEASE() }
inline ENDCOMMIT() {
	cml = 0;
	if :: cm == 1 ->
		cm = 0; FAILALL(cmfail);
		if :: (R & ~cmok) && mut != VAIN_RECORD -> att = 1
		   :: else ->
			F = F & (vcur[own] | vreb[own]); nrec = nrec & vreb[own];
			due = 0; att = 0; hop = 0; RELEASE() fi;
		cmok = 0; cmfail = 0
	   :: cm == 2 && cmfail ->
		cm = 0; pst = 3;
		LEGS(b_)
			if :: IN(cmfail, b_) -> FAIL(b_); if :: y_ -> FAIL(pk) :: else fi
			   :: else fi;
		NEXT(b_);
		y_ = 0; cmok = 0; cmfail = 0
	   :: cm == 2 && !cmfail ->
		cm = 0; pst = 0; cmok = 0;
		if :: IN(W, pk) -> R = R | B(pk); printf("leg %d is current\n", pk) :: else fi
	   :: cm == 3 && cmfail -> WITHOUT(cmfail)
	   :: cm == 3 && !cmfail -> cm = 0; cmok = 0; BEGINLOG() fi }
#define g_commit(l)	(cm && (IN(cmf, l) || (IN(cml, l) && (mut == PROMOTE_AT_ONCE || \
	(cmf == 0 && cmfail == 0)))))
inline commit(l) {
	CUT(cmf, l); CUT(cml, l);
	if :: CANOK(l) -> printf("version %d on leg %d\n", own, l); LAND(l); held[l] = own;
		cmok = cmok | B(l)
	   :: CANERR(l) ->
		SPEND(l); cmfail = cmfail | B(l);
		if :: CANOK(l) -> printf("version %d errs on leg %d, but is there\n", own, l);
			LAND(l)
		   :: printf("version %d errs on leg %d\n", own, l) fi fi;
	if :: cmf == 0 && (cml == 0 || cmfail) -> ENDCOMMIT() :: else fi }

/* ---- promotion ---- */
#define g_promo	(ph == 4 && pst == 0 && (W & ~R) && refill == 0 && MAPS_SETTLED && !DUE)
inline promo() {
	pk = LOWEST(W & ~R);
	if :: mut != PROMOTED_UNCOUNTED -> CNT = CNT | B(pk) :: else fi;
	pst = 1; printf("leg %d counts\n", pk) }
#define g_token	(pst == 3 && cm == 0)
inline token() {
	if :: !IN(W, pk) || DUE -> pst = 0
	   :: else ->
		if :: !IN(vcur[own], pk) -> PROMOTE(pk) :: else fi;
		SETHOME(own, HOME);
		printf("version %d promotes leg %d\n", own, pk);
		cm = 2; cmf = R; cml = W & ~R;
		if :: mut == READ_UNPROMOTED -> R = R | B(pk) :: else fi fi }

/* ---- down ---- */
inline WIPE() { d_step {
	ph = 0; W = 0; CNT = 0; R = 0; F = 0; nrec = 0; gone = 0; own = 0; due = 0; att = 0;
		hop = 0;
	LEGS(a_) held[a_] = 0; NEXT(a_);
	cm = 0; cmf = 0; cml = 0; cmfail = 0; cmok = 0; todo = 0; fkm = 0;
	mdirty = 0; recm = 0; rp = 0; rerr = 0; rec = 0; rres = 0; unsure = 0; refill = 0; pin = 0;
	REGS(r_) wst[r_] = 0; wp[r_] = 0; wok[r_] = 0; werr[r_] = 0; compl[r_] = need[r_];
		snap[r_] = 0; NEXT(r_);
	wf = 0; wlost = 0; fl = 0; fu = 0; fh = 0; fp = 0; ferr = 0; unfl = 0; flost = 0;
		fcand = 0; qf = 0; flw = 0;
	cst = 0; cr = 0; cv = 0; csrc = 0; cp = 0; cerr = 0; cun = 0; cag = 0; cflush = 0;
#if MAP
	LEGS(a_) ks[a_] = 0; NEXT(a_);
	behind = 0; copied = 0; settling = 0; pass = 0; mp = 0; merr = 0; mcand = 0;
#endif
#if MAP == 2
	kw = 0; mkw = 0; home = 0; partly = 0; cb = 0;
#endif
	pst = 0; pk = 0 } }
inline crash() {
	ncr++; printf("CRASH\n");
	LEGS(a_) if :: SHAKEN(a_) :: skip fi; NEXT(a_);
	REGSIF(r_, !IN(firm, r_), lastread[r_] = ANY);
	WIPE() }

/* ---- start ---- */
#define KNOWS(v, l)	((mut == BY_NUMBER -> \
	vnum[ver[l]] <= vnum[v] : ver[l] == (v) || LAST(v, l) == ver[l] || \
	ISSUED(v, l) == ver[l]))

/* s_: the version of the first leg of m that knows all of m, or NONE. */
inline NEWEST(m) {
	s_ = NONE;
	LEGS(a_)
		if :: IN(m, a_) && s_ == NONE ->
			x_ = 1;
			LEGSIF(b_, IN(m, b_) && !KNOWS(ver[a_], b_), x_ = 0);
			if :: x_ -> s_ = ver[a_] :: else fi
		   :: else fi;
	NEXT(a_); x_ = 0 }

/* y_: legs of m that version s_ knows. */
inline KNOWN(m) { y_ = 0; LEGSIF(a_, IN(m, a_) && KNOWS(s_, a_), y_ = y_ | B(a_)) }

/*
 * From the legs in m; join: old ones among them are to be filled. u_: current ones
 * that are here, t_: force was needed.
 */
inline start(m, join) {
	NEWEST(m);
	if :: s_ == NONE ->
		LEGS(a_)
			LEGS(b_)
				if :: IN(m, a_) && IN(m, b_) && !IN(vanc[ver[a_]], ver[b_]) &&
					!IN(vanc[ver[b_]], ver[a_]) -> x_ = 1 :: else fi;
			NEXT(b_);
		NEXT(a_);
		PROP(9, x_ || ROLLED(0))
	   :: else ->
		KNOWN(m); u_ = vcur[s_] & y_; t_ = (u_ != vcur[s_]);
		if :: u_ == 0 ->
			LEGSIF(a_, IN(m, a_) && IN(vcur[ver[a_]], a_), x_ = x_ | B(a_));
			b_ = x_; x_ = 0;
			if :: b_ -> r_ = b_; b_ = 0; NEWEST(r_); r_ = 0 :: else -> s_ = NONE fi;
			if :: s_ -> KNOWN(m); u_ = vcur[s_] & y_ :: else fi
		   :: else fi;
		/* Not if nobody here is of the side that went on last: no leg can tell. */
		LEGSIF(a_, IN(m, a_) && vside[ver[a_]] == side, x_ = 1);
		if :: u_ && x_ && (!(join) || (y_ & ~(vcur[s_] | vreb[s_]))) -> x_ = 0;
			CHOSEN(m, join)
		   :: else fi fi;
	s_ = 0; t_ = 0; u_ = 0; x_ = 0; y_ = 0; b_ = 0; r_ = 0 }

/* The logs: a gap of more than one stops; the pin is the one that is ahead. */
inline CHOSEN(m, join) {
	b_ = 4; pin = 3;
	LEGSIF(a_, IN(u_ & ~lbad, a_) && lag[a_] < b_, b_ = lag[a_]; pin = a_);
#ifdef ROLLBACK
	LEGSIF(a_, IN(u_ & ~lbad, a_) && lag[a_] == b_ && PINNED(a_), pin = lpin[a_] - 1);
#endif
	x_ = 0;
	LEGSIF(a_, IN(u_ & ~lbad, a_) && lag[a_] > b_ + 1, x_ = 1);
	PROP(9, !x_ || t_ || ROLLED(0));
	if :: pin == 3 || mut == PIN_ANY -> pin = LOWEST(u_) :: else fi;
	if :: x_ -> pin = 0
	   :: else -> BEGIN(m, join) fi }

inline BEGIN(m, join) {
	printf("START from {%d}: version %d, uses {%d}, knows {%d}, ", m, s_, u_, y_);
	printf("forced %d\n", t_);
	LEGS(a_) PROP(5, !IN(y_, a_) || IN(vanc[s_], ver[a_])); NEXT(a_);
	PROP(4, (t_ && mut != UNPROVEN_STARTS) || (u_ & ~vcur[tip]) == 0 || (idle &&
		!IN(vanc[tip], s_)));
	fkm = t_;
	LEGS(a_)
		if :: IN(u_, a_) && (mut != ONE_LOG || a_ == pin) ->
			mdirty = mdirty | (IN(lbad, a_) ->
				(mut == BAD_LOG_EMPTY || (mut == BAD_LOG_SKIPPED &&
				(u_ & ~lbad)) -> 0 : REGIONS) : lg[a_])
		   :: else fi;
	NEXT(a_);
	own = s_; CHILD(own);
	vcur[t_] = u_; vreb[t_] = vreb[s_] & y_;
	if :: join -> vreb[t_] = vreb[t_] | (y_ & ~u_) :: else fi;
	/* tandem_assembly_merge() */
	LEGS(a_)
		if :: IN(vcur[s_], a_) -> ISSUED(t_, a_) = s_ :: else fi;
		if :: IN(y_, a_) ->
			held[a_] = ver[a_];
			if :: ISSUED(t_, a_) == ver[a_] -> ISSUED(t_, a_) = LAST(t_, a_) :: else fi;
			LAST(t_, a_) = ver[a_]
		   :: else fi;
	NEXT(a_);
	own = t_; gone = ALL & ~(m); ph = 1; todo = vcur[own] | vreb[own];
#ifdef ROLLBACK
	/* It was not asked: a record behind the others at most, or it is an old image. */
	if :: MAP && ROLLED(0) && IN(vcur[s_] | vreb[s_], 0) && !IN(u_ | vreb[t_], 0) ->
		ileft = (lag[0] > 1)
	   :: else fi;
#endif
#if MAP
	JOINMAPS();
#endif
	if :: mut == START_UNFLUSHED -> todo = 0; ENDSTARTFLUSH() :: else fi }

#if MAP
/* io/survey.c, io/rejoin.c: what the current legs say, and what others lack. */
inline JOINMAPS() {
	LEGS(a_)
		if :: IN(u_, a_) ->
			LEGS(b_) ks[b_] = ks[b_] | MS(a_, b_); NEXT(b_);
#if MAP == 2
			kw = kw | mw[a_];
#endif
		   :: else fi;
	NEXT(a_);
	LEGS(a_)
		if :: IN(vreb[own], a_) ->
			if :: ((!IN(lbad, a_) && (u_ & lbad) == 0) || mut == LOST_LOG_PARTLY) &&
				(IN(vreb[s_], a_) || (IN(vcur[ver[a_]], a_) && AS_IT_LEFT(a_))) ->
				ks[a_] = ks[a_] | mdirty | (IN(lbad, a_) ||
					mut == OWN_LOG_UNREAD || mut == ACROSS_OWN_LOG_UNREAD ->
					0 : lg[a_]);
				printf("leg %d has some, lacks {%d}\n", a_, ks[a_])
			   :: else -> ks[a_] = REGIONS; printf("leg %d lacks all\n", a_) fi
		   :: else fi;
	NEXT(a_);
#if MAP == 2
	home = (IN(u_, vhome[s_]) && mut != HOME_FORGOTTEN -> vhome[s_] : LOWEST(u_));
	if :: !IN(u_, vhome[s_]) -> HOMELEFT(mdirty | ~kw) :: else fi;
	if :: pin != home && IN(u_, home) && mut != PIN_NOT_HOME ->
		/* Of those with the newest record the home counts. */
		t_ = 4;
		LEGSIF(a_, IN(u_ & ~lbad, a_) && lag[a_] < t_, t_ = lag[a_]);
		if :: IN(lbad, home) || lag[home] != t_ ->
			HOMELEFT(mdirty)
		   :: else -> pin = home fi;
		t_ = 0
	   :: else fi
#endif
	}
/* Legs of m whose pages are not what is in memory, to x_. */
inline LACKPAGES(m) {
	x_ = 0;
	LEGS(a_)
		LEGSIF(b_, IN(m, a_) && MS(a_, b_) != (ks[b_] & KW), x_ = x_ | B(a_));
#if MAP == 2
		if :: IN(m, a_) && mw[a_] != kw -> x_ = x_ | B(a_) :: else fi;
#endif
	NEXT(a_) }
#define g_spage(l)	((ph == 5 || ph == 6) && IN(todo, l))
inline spage(l) {
	CUT(todo, l);
	if :: CANOK(l) -> printf("start: page on leg %d\n", l); PUTPAGE(l, KW)
	   :: CANERR(l) ->
		SPEND(l); rerr = rerr | B(l);
		if :: CANOK(l) -> printf("start: page errs on leg %d, but is there\n", l);
			PUTPAGE(l, KW)
		   :: printf("start: page errs on leg %d\n", l) fi fi;
	if :: todo == 0 && ph == 5 ->
		vcur[own] = vcur[own] & ~rerr; rerr = 0;
		if :: vcur[own] == 0 -> GIVEUP() :: else -> BEGINEPOCH() fi
	   :: todo == 0 && ph == 6 && rerr -> t_ = rerr; rerr = 0; WITHOUT(t_); t_ = 0
	   :: todo == 0 && ph == 6 && !rerr -> UP()
	   :: else fi }
#endif
#if MAP == 2
#define OTHERHOME \
	if :: vcur[own] && !IN(vcur[own], home) -> \
		home = LOWEST(vcur[own]); HOMELEFT(mdirty | ~kw) \
	   :: else fi
#else
#define OTHERHOME	skip
#endif

#define g_sflush(l)	(ph == 1 && IN(todo, l))
inline sflush(l) {
	CUT(todo, l);
	if :: CANOK(l) -> printf("start: leg %d flushed\n", l); FLUSHED(l)
	   :: CANERR(l) ->
		printf("start: flush errs on leg %d\n", l); SPEND(l); SHAKEN(l);
		CUT(vcur[own], l); CUT(vreb[own], l) fi;
	if :: vcur[own] == 0 -> GIVEUP() :: vcur[own] && todo == 0 -> ENDSTARTFLUSH() :: else fi }
/* What a leg lacks that is to be filled is in the maps before that is on record. */
inline ENDSTARTFLUSH() {
#if MAP
	LACKPAGES(vcur[own]); todo = x_; x_ = 0;
	if :: todo && vreb[own] && mut != REJOIN_LATE -> ph = 5
	   :: else -> todo = 0; BEGINEPOCH() fi }
#else
	BEGINEPOCH() }
#endif
inline BEGINEPOCH() {
	OTHERHOME; SETHOME(own, HOME);
	t_ = own; ISSUE(); t_ = 0;
	ph = 2; cm = 3; cmf = vcur[own]; cml = vreb[own];
	printf("version %d current {%d} issued by the start\n", own, vcur[own]);
	if :: mut == SERVE_BEFORE_EPOCH -> cm = 0; cmf = 0; cml = 0; BEGINLOG() :: else fi }
inline GIVEUP() { printf("start: given up\n"); WIPE() }
/* Legs m have failed in the start. */
inline WITHOUT(m) {
	if :: (vcur[own] & ~(m)) == 0 -> GIVEUP()
	   :: else ->
		x_ = m; DROP(x_); x_ = 0; todo = 0; OTHERHOME; SETHOME(own, HOME);
		printf("version %d current {%d} issued by the start\n", own, vcur[own]);
		ph = 2; cm = 3; cmf = vcur[own]; cml = vreb[own]; cmok = 0; cmfail = 0 fi }

/* Who is behind gets the record that the others have; then all get the next one. */
inline BEGINLOG() {
	ph = 3; t_ = 3;
	LEGSIF(a_, IN(vcur[own] & ~lbad, a_) && lag[a_] < t_, t_ = lag[a_]);
	LEGS(a_)
		if :: IN(vcur[own] & ~lbad, a_) -> lag[a_] = lag[a_] - t_ :: else -> lag[a_] = 2 fi;
	NEXT(a_);
#ifdef ROLLBACK
	if :: !IN(vcur[own] & ~lbad, 0) -> ilag = 3 :: else -> if :: ilag < 3 ->
		ilag = ilag - t_ :: else fi fi;
#endif
	t_ = 0;
	LEGSIF(a_, IN(vcur[own] & ~lbad, a_) && lag[a_] == 1, t_ = t_ | B(a_));
	if :: mut == NO_UNION -> ENDLOG() :: t_ && mut != UNION_LEAPS && mut != NO_UNION ->
		todo = t_ :: else -> NEXTLOG() fi;
	t_ = 0 }
inline NEXTLOG() {
	x_ = 0; rec = 1; todo = vcur[own] | (mut == UNION_NOT_TO_FILLED -> 0 : vreb[own]);
	LEGSIF(a_, lag[a_] < 2, lag[a_]++); AGE() }
#define g_slog(l)	(ph == 3 && IN(todo, l))
inline slog(l) {
	CUT(todo, l);
	if :: CANOK(l) -> printf("start: log of leg %d has {%d}\n", l, mdirty); PUTLOG(l, mdirty)
	   :: CANERR(l) ->
		SPEND(l); rerr = rerr | B(l);
		if :: CANOK(l) -> printf("start: log of leg %d errs, but is there\n", l);
			PUTLOG(l, mdirty)
		   :: printf("start: log of leg %d errs\n", l) fi fi;
	if :: todo == 0 && rerr -> t_ = rerr; rerr = 0; rec = 0; WITHOUT(t_); t_ = 0
	   :: todo == 0 && !rerr && !rec -> NEXTLOG()
	   :: todo == 0 && !rerr && rec -> rec = 0; ENDLOG()
	   :: else fi }
inline ENDLOG() {
#if MAP
	LACKPAGES(vcur[own] | vreb[own]); todo = x_; x_ = 0;
	if :: todo -> ph = 6 :: else -> UP() fi }
#else
	UP() }
#endif
inline UP() {
	ph = 4;
	if :: idle -> side++; vside[own] = side; idle = 0 :: else fi;
	R = vcur[own]; CNT = R; W = R | vreb[own];
	if :: TWO(R) -> unsure = mdirty :: else fi;
#if MAP
#if MAP == 2
	if :: (mdirty & ~kw) && mut != LOGGED_NEVER -> kw = kw | mdirty; behind = W :: else fi;
#endif
	LEGS(a_)
		if :: IN(R, a_) -> ks[a_] = 0
		   :: else ->
			if :: mdirty & KW & ~ks[a_] -> behind = W :: else fi;
			ks[a_] = ks[a_] | (mdirty & KW)
		fi;
	NEXT(a_);
	LEGSIF(a_, IN(W & ~R, a_) && mut != RETURN_UNFILLED, refill = refill | (ks[a_] & KW));
#else
	if :: (W & ~R) && mut != RETURN_UNFILLED -> refill = REGIONS :: else fi;
#endif
	if :: !IN(R, pin) -> pin = (IN(R, HOME) -> HOME : LOWEST(R)) :: else fi;
	REGS(r_)
		x_ = 1;
		LEGSIF(a_, IN(W, a_) && C(a_, r_), x_ = 0);
		if :: x_ -> firm = firm | B(r_) :: else fi;
	NEXT(r_); x_ = 0;
	printf("up: current {%d}, filled {%d}, unsure {%d}\n", R, W & ~R, unsure) }

/* ---- faults ---- */
#define g_vanish(l)	(ph && nerr < maxe && !IN(gone, l))
inline vanish(l) { nerr++; gone = gone | B(l); printf("leg %d vanishes\n", l) }
#define g_rot(l)	(!ph && nerr < maxe && !IN(lbad, l))
inline rot(l) { nerr++; lbad = lbad | B(l); printf("the log of leg %d is unreadable\n", l) }

#ifdef ROLLBACK
/* At the first crash leg 0 is put back to an image of itself, a record older than leg 1 (A13). */
#define g_image	(ph == 4 && icopy == 0 && IN(R, 0))
inline image() {
	printf("image of leg 0\n");
	icopy = 1; iver = ver[0]; ilg = lg[0]; ilag = lag[0];
	REGS(r_) idur[r_] = D(0, r_); NEXT(r_) }
#define g_rollback	(!ph && ncr == 1 && icopy == 1 && ilag > lag[1] && ver[1] == tip)
inline rollback() {
	printf("leg 0 is put back to its image\n");
	icopy = 2; ver[0] = iver; lg[0] = ilg; lag[0] = ilag; lpin[0] = 0; iver = 0; ilg = 0;
		ilag = 0;
	REGS(r_) D(0, r_) = idur[r_]; C(0, r_) = 0; idur[r_] = 0; NEXT(r_) }
/* From here on it is a leg like any other. */
#define g_caughtup	(icopy == 2 && (!IN(vcur[tip], 0) || (ph == 4 && unsure == 0)))
inline caughtup() { icopy = 3 }
#endif

/* ---- the loop ---- */
#define EVENT(g, e)	:: g -> e
#define FROM(m)	:: !ph && !(ROLLED(0) && (m) == 1) -> l_ = m
#if N == 2
#define EACH(g, e)	:: if :: g(0) -> l_ = 0 :: g(1) -> l_ = 1 fi; e(l_)
#define EACHOF(g, e)	:: if :: g(0, 0) -> l_ = 0 :: g(1, 0) -> l_ = 1 \
		:: NR == 2 && g(0, 1) -> l_ = 0; q_ = 1 :: NR == 2 && g(1, 1) -> l_ = 1; q_ = 1 \
		fi; e(l_, q_)
#define STARTS	FROM(1) FROM(2) FROM(3)
#else
#define EACH(g, e)	:: if :: g(0) -> l_ = 0 :: g(1) -> l_ = 1 :: g(2) -> l_ = 2 fi; e(l_)
#define EACHOF(g, e)	:: if :: g(0, 0) -> l_ = 0 :: g(1, 0) -> l_ = 1 :: g(2, 0) -> l_ = 2 \
		:: NR == 2 && g(0, 1) -> l_ = 0; q_ = 1 :: NR == 2 && g(1, 1) -> l_ = 1; q_ = 1 \
		:: NR == 2 && g(2, 1) -> l_ = 2; q_ = 1 fi; e(l_, q_)
#define STARTS	FROM(1) FROM(2) FROM(3) FROM(4) FROM(5) FROM(6) FROM(7)
#endif
#if NR == 2
#define g_1(g)	g(1)
#else
#define g_1(g)	false
#endif

c_code {
	static int from_env(const char *name, int otherwise)
	{
		const char *text = getenv(name);

		return text ? atoi(text) : otherwise;
	}
};

init {
	d_step {
		c_code {
			now.mut = from_env("MUT", 0);
			now.maxv = from_env("V", 1);
			now.maxe = from_env("E", 1);
			now.maxc = from_env("C", 1);
		};
		vcur[1] = ALL; vanc[1] = B(1); tip = 1;
		LEGS(a_) ver[a_] = 1; LAST(1, a_) = 1; ISSUED(1, a_) = 1; held[a_] = 1; NEXT(a_);
#if MAP == 2
		REGS(r_) val[r_] = FIRST - 1; NEXT(r_);
		BLOCKS(r_)
			lastread[r_] = ANY;
			LEGS(a_) D(a_, r_) = a_; NEXT(a_);
		NEXT(r_);
#else
		REGS(r_) lastread[r_] = 0; NEXT(r_);
#endif
		firm = REGIONS; ph = 4; own = 1; W = ALL; CNT = ALL; R = ALL }
	do
	:: atomic {
		if
		:: if :: g_write(0) -> q_ = 0 :: g_1(g_write) -> q_ = 1 fi;
			if :: write(q_, 0) :: write(q_, 1) fi
		EACHOF(g_data, data)
		EACHOF(g_read, readleg)
#if MAP == 2
		EACHOF(g_read, readbare)
#endif
		EACHOF(g_copy, copy)
		EVENT(g_rec, record(0))
		EVENT(g_clear, record(qf))
		EVENT(g_again, again())
		EACH(g_log, putrec)
		:: if :: g_uflush -> l_ = 1 :: g_oflush -> l_ = 0 fi; flush(l_)
		EACH(g_flush, flushleg)
		EACH(g_copyleg, copyleg)
#if MAP
		EACH(g_page, page)
		EACH(g_spage, spage)
#endif
		EVENT(g_settled, COPIED())
		EVENT(g_record, recordfail())
		EVENT(g_hopeless, hopeless())
		EACH(g_commit, commit)
		EVENT(g_promo, promo())
		EVENT(g_token, token())
		EVENT(ph && ncr < maxc, crash())
		:: if STARTS fi;
			if :: q_ = 0 :: q_ = 1 fi; start(l_, q_)
		EACH(g_sflush, sflush)
		EACH(g_slog, slog)
		EACH(g_vanish, vanish)
#ifndef ROLLBACK
		EACH(g_rot, rot)
#else
		EVENT(g_image, image())
		EVENT(g_rollback, rollback())
		EVENT(g_caughtup, caughtup())
#endif
		fi;
		l_ = 0; q_ = 0; CHECK() }
	od
}
