// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of scenarios. A string plays the history as it would have gone wrong, up
 * to where somebody would see it: the oracle at once, a read (g), a crash (c), a second
 * leg's death. What is not fixed by a digit is played in every way, so one row is
 * many histories.
 *
 * What the code does not have yet stands here, too, with the reason why it is skipped:
 * the list is complete, and whoever brings the feature finds the history.
 */
#include "scenario.h"

#include <stddef.h>


const struct scenario scenarios[] = {
	{ "A1", "a copy onto a current leg is exclusive, FUA and logged (I25, I32)",
	  "WcRuc WcRubg WcRuag Wcgac Wcrcg Wcgcg WcWrcg", { NULL }, NULL },
	{ "A2", "a region leaves the log only when its map bits are durable",
	  "wlcg wClg wlolcg bwlcg bwlcB+g bwlsB+rg", { "identical=0", NULL }, NULL },
	{ "A3", "whatever the array was created as, a new disk is filled whole",
	  "bwsxB+~rrr=gag bwsxB+wrrr=gag", { "map=0", NULL }, NULL },
	{ "A4", "a discard below the region size leaves legs equal (I44, I45)",
	  "wdlg wD1cgg woD1lgc D1cgg wdflac wbdBrrrgag",
	  { "no_write_zeroes=1", "map=0", NULL }, NULL },
	{ "A5", "a torn record of the log loses no region that is in it (I1)",
	  "wOcg woWcg wlWcg wCog wClg", { "unit_sectors=1", NULL }, NULL },
	{ "A6", "while a failed leg is unrecorded nothing is acknowledged (I4, K2)",
	  "wmbw!gw!M,w.~ wmbw!gc-B+g wbmWM,c+g wmbf!M,f. wagnsNA+g wkn", { NULL }, NULL },
	{ "A7", "a write that failed upward makes its region unsure (I34)",
	  "wijw!glg wijw!frlcg wijw!gag wijw!gbg wiwArrg wijw!Crg",
	  { NULL }, NULL },
	{ "A8", "an activation flushes what a crash left in the caches; one failed flush "
	  "poisons the next (I15, I20)",
	  "wc22fcg wc22gcg wkfcg wkqf!f.cg wkqs+f!cg bwwks+f!f. wqfcg WFc", { NULL }, NULL },
	{ "A9", "a suspend waits for nothing that it stops (I20)",
	  "wOp.g woOp.g wOs+g woWps+g WcRpg", { "log_limit=1", NULL }, NULL },
	{ "A10", "a start puts the union of the logs on all legs before anything else",
	  "WcCwg WcCwwag WcCwwbg WcCgg WbcBCgg WbwcBgcg", { NULL }, NULL },
	{ "A11", "a membership is in both slots: one that rots brings no old leg back (I50)",
	  "bwszB+~g bwczB+~g bwBrrszwg", { NULL }, NULL },
	{ "A12", "sets of two timelines are never mixed (K5)",
	  "sbyt+wsBat+wsbAY-", { "sets=2", "force=1", NULL }, NULL },
	{ "A13", "legs whose logs end more than one record apart are not joined (I49)",
	  "swcg s+pwcg wlolsg wlolcg wlsolsolg", { "rollback=1", "map=0", NULL }, NULL },
	{ "A14", "before the first read a power cut may take back what no flush covered; "
	  "read-only, an unsure block is its pin's (K3)",
	  "wgcgg wgcvggsgg Wcvgsgg WcvgagsAgg Wcvgbg", { NULL }, NULL },
	{ "A15", "a log that is full of unsure regions lets writers in, when one of them is equal",
	  "wocwo. wocwocwo.g", { "log_limit=1", NULL }, NULL },
	{ "A16", "what does not fit is refused", NULL, { NULL },
	  "no event breaks it: limits are asserted at build and refused by create" },
	{ "B1", "a region is dirty when all legs have its record (I1)",
	  "Wcg Wbcg Wacg Wawcg WbwBg", { NULL }, NULL },
	{ "B2", "a parked write holds its region against the cleaner (I17)",
	  "wWlcg wOLwcg wOlwcg", { NULL }, NULL },
	{ "B3", "a region that is written to while it is cleaned stays in the log (I17)",
	  "wLwcg wLWcg wLWac woLwcg wCLcg", { NULL }, NULL },
	{ "B4", "what was flushed under another configuration does not leave the log (I17)",
	  "wLbcBg wLacAg wLawcAg wLbwBrrg wql wkl wqlcg", { NULL }, NULL },
	{ "B5", "whoever waits for a region to be drained is told (I31)",
	  "WcWRg WcwWrwg WcRWOg", { NULL }, NULL },
	{ "B6", "what a failed leg lacks is what was in the log, and under way",
	  "WbB+g Wb1B+rg wWbcB+g woblB+g wbolB+rg", { NULL }, NULL },
	{ "B7", "a leg counts before it is current, and is current before it is read (I36)",
	  "bwBrrRfcg bwBrrCrg bwBrRwfcg bwBrrRwag bwBrrRwbg", { "map=0", NULL }, NULL },
	{ "B8", "a half-written configuration is accepted with its parent (I49)",
	  "hCwg hCwH+g wb1CwB+g", { "legs=3", NULL }, NULL },
	{ "B9", "a stop waits for every metadata bio (I60)",
	  "Wpg wLpg wLs+g wOLsg", { NULL }, NULL },
	{ "B10", "a leg that left long ago is known however often others left since (I49)",
	  "hwbwBrrrbwBrrrbwBrrrsH+~g", { "legs=3", "map=0", NULL }, NULL },
	{ "B11", "a failure's record does not wait for the copier (I37)",
	  "WcRaw.g WcRbw.g WcWRbg", { NULL }, NULL },
	{ "B12", "an error of the log on the last leg: the write fails, no data without a record "
	  "(I2)", "bwmo!gMo.g bwmw.gc bwmocMg", { NULL }, NULL },
	{ "B13", "a page of the map that cannot be read means written, and stale",
	  "wlsPQ+gag wcPQ+gag wsPQ+cPQ+gag bwlsP+cg bwlsPB+rrr=gag gsPQ+gag",
	  { "identical=0", NULL }, NULL },
	{ "B14", "two equal legs of three prove nothing about the third (I53)",
	  "sh-t+ wsh-H+= wbwsh- wbwsB+~", { "legs=3", "force=1", "map=0", NULL }, NULL },
	{ "B15", "a table that will not resume is refused before the suspend", NULL, { NULL },
	  "the library decides: tests/unit/test_lib_active.c plays old and new table" },
	{ "B16", "a fresh array reads the same, whichever leg dies (K3)",
	  "gag gbg gagcAg gcg", { "identical=0", NULL }, NULL },
	{ "B17", "a region that is dirty ahead is not written",
	  "wcg wgag wgacAg wlcg WcgO wgagA+rrr=",
	  { "identical=0", "role_log=1", "regions=8", "ahead=2", "log_window=8", "log_limit=8", NULL },
	  NULL },
	{ "B18", "when all legs are gone requests end with errors, and so does a stop (I62)",
	  "abw!sAB+g Wabs WabsAB+g wabf!sAB+f", { NULL }, NULL },
	{ "B19", "of a block that its pin cannot read another leg's becomes the value",
	  "Wceggag WcEggbg WceEg!wg.", { NULL }, NULL },
	{ "B20", "a disk that was replaced is a former leg, never one again", NULL, { NULL },
	  "one disk for a place here: tests/unit/test_history.c has former legs" },
	{ "C2", "a rebuild that met a block that nobody can read goes on when it is written",
	  "wbweB+rwrr= wbweB+rWrr= wbweB+rorwrr= wbweB+~rcrwrrr= wbweB+rwcrrr= wbweB+rsrwrrr=",
	  { "lost_limit=1", NULL }, NULL },
	{ "C2-lost", "a block that nobody can read is an error on every leg until it is written",
	  "wbweB+rrr=g!w.g. wbweB+rrr=cg!Wcg wbweB+rrr=ag!w.A+rrg. wbweB+rrr=sg!wcgg wbweB+rrCrrg "
	  "wbweB+rrCwg wbweB+rrr=Cwgg wbweB+rrr=bw.g.B+rrg. wbweB+rrr=d.g wbweB+rrr=cvg! "
	  "wbweB+rrr=boxB+rrr=ag! wbweB+rrr=bwB+rr=g.",
	  { NULL }, NULL },
	{ "C2-table", "a write that heals a block is acknowledged when no leg calls it lost",
	  "wbweB+rrr=nw.Ng. wbweB+rrr=qw.g. wbweB+rrr=anw!N,g! wbweB+rrr=aqw!g wbweB+nrrNg "
	  "wbweB+rrr=Wbcg wbweB+rrr=Wacg wbweB+rrr=Wbcwg",
	  { NULL }, NULL },
	{ "C2-busy", "a write that heals and finds a leg busy heals when it is sent again",
	  "wbweB+rrr=Gw.g. wbweB+rrr=Gw.cg. wbweB+rrr=Gw.ag.", { NULL }, NULL },
	{ "C2-wanted", "the table is written though the flush of a write that heals fails",
	  "wbweB+rrr=bJw!Kg!", { NULL }, NULL },
	{ "C2-spoilt", "of two copies of a table either may be unreadable",
	  "wbweB+rrr=sZ+g!w.g. wbweB+rrr=cZ+g!w.cg.", { NULL }, NULL },
	{ "C2-dropped", "a write that every leg may have dropped heals nothing",
	  "wbweB+rrrr=okqWfg wbweB+rrrr=okqWfag", { "map=0", "log=0", NULL }, NULL },
	{ "C2-torn", "a first table that is torn stops no start",
	  "wbweB+rRc+ wbweB+rCr+", { "unit_sectors=1", NULL }, NULL },
};

const unsigned int nr_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);
