"""Options of the temper study: those of its chapters, and what they must agree on."""

from typing import Self

from pydantic import model_validator

from pspflow.options import Options
from pspflow.studies.shared.persistence.options import PersistenceOptions
from pspflow.studies.temper.domains.options import DomainOptions
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.studies.temper.images.options import TemperImagesOptions
from pspflow.studies.temper.labels.options import LabelOptions
from pspflow.studies.temper.pinet.options import PINetOptions
from pspflow.studies.temper.specimens.options import SpecimenOptions
from pspflow.studies.temper.transfer.options import TransferOptions


class TemperOptions(Options):
    """The temper study."""

    images: TemperImagesOptions = TemperImagesOptions()
    """From micrographs to chips."""
    persistence: PersistenceOptions = PersistenceOptions()
    """Persistence images."""
    domains: DomainOptions = DomainOptions()
    """Classification of domains."""
    labels: LabelOptions = LabelOptions()
    """Label classification."""
    pinet: PINetOptions = PINetOptions()
    """PI-Net."""
    flows: FlowOptions = FlowOptions()
    """The flows."""
    gan: GanOptions = GanOptions()
    """The conditional GAN, with which the flows are compared."""
    transfer: TransferOptions = TransferOptions()
    """Evaluation of the flows."""
    specimens: SpecimenOptions = SpecimenOptions()
    """What single specimens keep, where their structure is known."""

    @model_validator(mode="after")
    def _flows_fit_chips(self) -> Self:
        edge = self.images.chips.size_px
        if self.transferable and edge % 4:
            raise ValueError(
                f"images.chips.size_px is {edge}; flows halve chips twice, so give a multiple of 4."
            )
        for name, each in (("flows", self.flows), ("gan", self.gan)):
            if self.transferable and edge < each.smallest_chip_px:
                raise ValueError(
                    f"images.chips.size_px is {edge}, but discriminators of "
                    f"{len(each.discriminator)} layers need {each.smallest_chip_px}; enlarge the "
                    f"chips or shorten {name}.discriminator."
                )
        return self

    @property
    def transferable(self) -> bool:
        """Whether there are domains to transfer between."""
        return len(self.images.domains) > 1

    @property
    def labelled(self) -> bool:
        """Whether any domain has a label."""
        return any(self.images.labels.values())
