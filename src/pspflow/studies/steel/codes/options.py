"""Options of the VQ-VAE; their defaults are the demo, their docstrings the schema's help."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pspflow.options import Count, Options, Positive, Weight

CodeModel = Literal["vq", "fsq", "sharp"]
"""Models of codes: the paper's VQ-VAE; finite scalar quantisation; a VQ-VAE with finer
codes whose losses keep phases."""
TrainedOn = Literal["all", "held_out"]
"""What networks are trained on: chips of all domains, or of all but `held_out.domain`."""
MOST_CODES = 65536
"""Codes are stored in 16 bits."""


class HeldOut(Options):
    """Networks trained without a domain, to test interpolation (the paper's section III B)."""

    domain: str | None = "rate_3"
    """Domain that they do not see; null: no such networks."""
    models: tuple[CodeModel, ...] = ("vq",)
    """Models of codes that are trained this way too."""


class SharpOptions(Options):
    """The model sharp: finer codes, and a loss that compares the phases of crops."""

    halvings: Annotated[int, Field(ge=1, le=2)] = 2
    """Halvings of the image; the paper's 3. With 2, a code stands for 4 x 4 pixels, and a chip has
    four times as many."""
    codes: Annotated[int, Field(ge=2, le=MOST_CODES)] = 64
    """Codes of its codebook: a code that stands for fewer pixels needs fewer."""
    phases: Weight = 1.0
    """Weight of the mean square error of the pixels' shares of ferrite."""
    densities: Weight = 0.2
    """Weight of the mean absolute error of local densities: the share of ferrite in a window, and
    how often the phase changes there along rows and columns. Large weights make the ferrite
    fraction of chips more alike."""
    width: Positive = 0.1
    """Scale of the soft threshold that makes a share of a grey level, which goes from -1 to 1."""
    window_px: Annotated[int, Field(ge=2)] = 32
    """Edge of a window in pixels; windows overlap by half."""


class ReconstructionOptions(Options):
    """How many chips show what a model of codes does."""

    chips_per_micrograph: Count = 60
    """Most chips of a micrograph to train, validate and test with; the paper's 165, mirrored
    too."""
    embedded_chips: Annotated[int, Field(ge=3)] = 400
    """Most training chips in the figure of the latent space; the paper's 2,000."""


class CodesOptions(ReconstructionOptions):
    """Models that turn chips into codes, and codes into chips."""

    models: Annotated[tuple[CodeModel, ...], Field(min_length=1)] = ("vq",)
    """Models in the order of the tables: vq (the paper's) | fsq | sharp."""
    held_out: HeldOut = HeldOut()
    """Networks trained without a domain."""
    channels: tuple[Count, Count, Count] = (8, 16, 32)
    """Channels of the encoder's three convolutions, of which sharp has the first; the paper's 32,
    64, 128."""
    residual_blocks: Annotated[int, Field(ge=0)] = 2
    """Residual blocks of encoder and decoder; the paper's 2."""
    bottleneck: Count = 16
    """Channels inside a residual block; the paper's 32."""
    code_dim: Count = 32
    """Length of a code vector; the paper's 128."""
    codes: Annotated[int, Field(ge=2, le=MOST_CODES)] = 64
    """Codes of the codebook; the paper's 512."""
    levels: Annotated[tuple[Annotated[int, Field(ge=2)], ...], Field(min_length=1)] = (4, 4, 4)
    """Finite scalar quantisation: levels of each of its numbers; their product is its codes."""
    sharp: SharpOptions = SharpOptions()
    """The model sharp."""
    commitment: Weight = 1.0
    """Weight of the commitment loss; the paper's 1."""
    continuous_steps: Annotated[int, Field(ge=0)] = 60
    """Steps at the start that train encoder and decoder without a codebook (against collapse);
    the paper's 0."""
    data_init: bool = True
    """Whether the codebook then starts from encoded chips; the paper's starts at random."""
    restart_unused: bool = True
    """Whether codes that an epoch never used start anew from encoded chips (against collapse of
    the codebook); the paper's are left."""
    crop_px: Annotated[int, Field(ge=16)] | None = 64
    """Edge of the random crops of chips in training, a multiple of 8; null: whole chips (the
    paper's). Codes do not see where they lie, so that smaller crops train the same network."""
    batch_size: Count = 32
    """Crops in a batch; the paper's 256."""
    learning_rate: Positive = 2e-3
    """Learning rate of Adam; the paper's 1e-3."""
    max_epochs: Count = 6
    """Most epochs; the paper's 300."""
    patience: Count = 20
    """Epochs without a lower validation loss after which training stops."""

    @property
    def reconstruction(self) -> ReconstructionOptions:
        """The part that the stage `reconstruct` takes."""
        names = ReconstructionOptions.model_fields
        return ReconstructionOptions(**{name: getattr(self, name) for name in names})

    def training(self, code_model: CodeModel, trained_on: TrainedOn) -> Self:
        """Return the options that act on the training of one model: others have their defaults."""
        others = ("models", "held_out", "embedded_chips")
        vectors = (
            "code_dim",
            "codes",
            "commitment",
            "continuous_steps",
            "data_init",
            "restart_unused",
        )
        unused = (*others, *(vectors if code_model == "fsq" else ("levels",)))
        used = self.without(*unused, "codes" if code_model == "sharp" else "sharp")
        if trained_on == "all":
            return used
        return used.model_copy(update={"held_out": self.held_out.without("models")})

    @model_validator(mode="after")
    def _few_codes(self) -> Self:
        if math.prod(self.levels) > MOST_CODES:
            raise ValueError(
                f"levels are {', '.join(map(str, self.levels))}, whose product is "
                f"{math.prod(self.levels)}, but there can be at most {MOST_CODES} codes; make some "
                "of them smaller."
            )
        return self

    @model_validator(mode="after")
    def _whole_codes(self) -> Self:
        if self.crop_px is not None and self.crop_px % 8:
            raise ValueError(
                f"crop_px is {self.crop_px}, but a code stands for 8 x 8 pixels; make it a "
                "multiple of 8."
            )
        return self
