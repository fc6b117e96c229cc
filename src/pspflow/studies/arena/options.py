"""Options of the arena; their defaults are the demo, their docstrings its help."""

from pspflow.options import Options
from pspflow.studies.arena.chips.options import ArenaChipsOptions
from pspflow.studies.arena.measures.options import ArenaMeasuresOptions
from pspflow.studies.arena.models.options import ArenaModelsOptions
from pspflow.studies.arena.names import CHIP_PX
from pspflow.studies.shared.images.options import ChipOptions


class ArenaOptions(Options):
    """Generative models on one shared set of chips of the steel study's micrographs."""

    chips: ArenaChipsOptions = ArenaChipsOptions()
    """The shared chips."""
    models: ArenaModelsOptions = ArenaModelsOptions()
    """Who enters."""
    measures: ArenaMeasuresOptions = ArenaMeasuresOptions()
    """How images are compared."""

    @property
    def planned_chips(self) -> ChipOptions:
        """What the stage that plans chips takes."""
        return ChipOptions(size_px=CHIP_PX, placement="grid", stride_px=self.chips.stride_px)
