# SPDX-License-Identifier: GPL-2.0-only
#
# The crash argument, searched by spin: README.md.
#
#	make model		small bounds and every mutant: under 3 minutes, a stage of check
#	make model-large	large bounds, up to 15 minutes and 8 GiB each

MODEL_NEED := tools/dev/apt-need spin:spin

model:
	@$(MODEL_NEED)
	@B=$B tests/model/run small

model-large:
	@$(MODEL_NEED)
	@B=$B tests/model/run large

stage_model := $(submake) model
SLOW += model

.PHONY: model model-large
