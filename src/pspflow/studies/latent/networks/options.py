"""Options of the networks; their defaults are the demo, their docstrings the schema's help."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pspflow.options import Count, Options, Positive, Weight
from pspflow.studies.latent.names import GANS, DatasetName, LatentModel

Models = Annotated[tuple[LatentModel, ...], Field(min_length=1)]


class ModelsOptions(Options):
    """Networks of each dataset, in the order of the tables."""

    gaussian_smooth: Models = ("printed", "kaiming")
    """Networks of smooth Gaussian fields."""
    gaussian_binary: Models = ("printed",)
    """Networks of binary Gaussian fields."""
    grain_growth: Models = ("printed", "distance")
    """Networks of grain growth."""
    additive: Models = ("printed",)
    """Networks of additive manufacturing."""
    weld: Models = ("printed",)
    """Networks of welds."""
    inpainted: Models = ("printed",)
    """Networks of variants of a micrograph."""
    uhcs_48x64: Models = ("printed",)
    """Networks of crops of 48 x 64 pixels."""
    uhcs_64x64: Models = ("dcgan", "stationary")
    """Networks of crops of 64 x 64 pixels."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        for dataset in type(self).model_fields:
            models = getattr(self, dataset)
            if len(set(models)) < len(models):
                raise ValueError(f"{dataset} names a network twice; remove one.")
            for model in models:
                if (model in GANS) != (dataset == "uhcs_64x64"):
                    raise ValueError(
                        f"{dataset} has {model!r}, but the adversarial networks "
                        f"({', '.join(GANS)}) are those of uhcs_64x64, and of nothing else."
                    )
                if model == "distance" and dataset not in {"grain_growth", "additive", "weld"}:
                    raise ValueError(f"{dataset} has 'distance', but it has no grains; remove it.")
                if model == "no_batch_norm" and dataset != "gaussian_binary":
                    raise ValueError(
                        f"{dataset} has 'no_batch_norm', but the printed one has none; remove it."
                    )
                if model == "batch_norm" and dataset == "gaussian_binary":
                    raise ValueError(
                        f"{dataset} has 'batch_norm', but the printed one has it; remove it."
                    )
        return self


class EpochsOptions(Options):
    """Epochs of each dataset's networks.

    The report's last ones are 160, for binary images 320, for additive and adversarial ones 100.
    """

    gaussian_smooth: Count = 8
    """Epochs on smooth Gaussian fields; the report's 160."""
    gaussian_binary: Count = 8
    """Epochs on binary Gaussian fields; the report's 320."""
    grain_growth: Count = 8
    """Epochs on grain growth; the report's 160."""
    additive: Count = 8
    """Epochs on additive manufacturing; the report's 100."""
    weld: Count = 8
    """Epochs on welds."""
    inpainted: Count = 8
    """Epochs on variants of a micrograph."""
    uhcs_48x64: Count = 4
    """Epochs on crops of 48 x 64 pixels."""
    uhcs_64x64: Count = 6
    """Epochs on crops of 64 x 64 pixels; the report's 100."""


class AutoencoderOptions(Options):
    """Training of autoencoders; the report leaves all of it open."""

    batch_size: Count = 8
    """Images in a batch."""
    learning_rate: Positive = 3e-3
    """Learning rate of Adam."""


class DcganOptions(Options):
    """DCGAN, after Radford, Metz and Chintala 2016."""

    width: Annotated[int, Field(ge=1)] = 16
    """Channels of the finest layer of generator and discriminator; the paper's 64."""
    batch_size: Annotated[int, Field(ge=2)] = 32
    """Images in a batch; the paper's 128."""
    learning_rate: Positive = 2e-4
    """Learning rate of Adam; the paper's 2e-4."""


class StationaryOptions(Options):
    """The adversarial network for pieces of stationary images."""

    width: Annotated[int, Field(ge=1)] = 8
    """Channels of the finest layer of generator and discriminator."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Images in a batch."""
    learning_rate: Positive = 1e-3
    """Learning rate of the generator's Adam."""
    discriminator_learning_rate: Positive = 2e-3
    """Learning rate of the discriminator's Adam."""
    slope_penalty: Weight = 0.05
    """Weight of the discriminator's squared gradient at real images."""
    average: Annotated[float, Field(ge=0, lt=1)] = 0.998
    """Share of the averaged generator that one step keeps, later in the training; 0: no average."""


class GanOptions(Options):
    """Training of adversarial networks."""

    noise: Count = 100
    """Numbers that an image is made of; DCGAN's 100."""
    dcgan: DcganOptions = DcganOptions()
    """DCGAN."""
    stationary: StationaryOptions = StationaryOptions()
    """Its successor."""


class TrainingOptions(Options):
    """What the stage `train` takes."""

    epochs: Count = 4
    """Epochs of this training; of autoencoders the one with the lowest validation loss is kept, of
    adversarial networks the last."""
    snapshots: Annotated[int, Field(ge=1)] = 3
    """Epochs whose weights are kept too."""
    most_images: Annotated[int, Field(ge=2)] | None = None
    """Most training images; null: all."""
    autoencoder: AutoencoderOptions = AutoencoderOptions()
    """Training of autoencoders."""
    gan: GanOptions = GanOptions()
    """Training of adversarial networks."""

    @property
    def snapshot_epochs(self) -> tuple[int, ...]:
        """Epochs, from 1, whose weights are kept: the first, the last, and some evenly between."""
        if self.snapshots == 1:
            return (self.epochs,)
        step = self.epochs / (self.snapshots - 1)
        return tuple(sorted({1, *(max(1, round(step * k)) for k in range(1, self.snapshots))}))


class NetworksOptions(Options):
    """Autoencoders and adversarial networks."""

    models: ModelsOptions = ModelsOptions()
    """Networks of each dataset."""
    epochs: EpochsOptions = EpochsOptions()
    """Epochs of each dataset's networks."""
    snapshots: Annotated[int, Field(ge=1)] = 3
    """Epochs whose weights are kept: the first, the last and some evenly between, or the last
    alone; the report's up to 11."""
    most_images: Annotated[int, Field(ge=2)] | None = 256
    """Most training images of a dataset; null: all."""
    autoencoder: AutoencoderOptions = AutoencoderOptions()
    """Training of autoencoders."""
    gan: GanOptions = GanOptions()
    """Training of adversarial networks."""

    def training(self, dataset: DatasetName, model: LatentModel) -> TrainingOptions:
        """Return what acts on one training: others' options have their defaults."""
        chosen = TrainingOptions(
            epochs=getattr(self.epochs, dataset),
            snapshots=self.snapshots,
            most_images=self.most_images,
            autoencoder=self.autoencoder,
            gan=self.gan,
        )
        if model not in GANS:
            return chosen.without("gan")
        other = "stationary" if model == "dcgan" else "dcgan"
        mine = chosen.model_copy(update={"gan": self.gan.without(other)})
        return mine.without("autoencoder")
