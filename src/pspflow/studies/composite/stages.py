"""Stages of the composite study: each reads artefacts, calls the core and writes artefacts.

A stage is one function, one command and one rule. Its keyword arguments are the command's flags
and the rule's inputs and outputs; its docstring is the command's help.
"""

from pspflow.studies.composite.own import import_structures
from pspflow.studies.composite.solved import merge_stiffness, merge_strain
from pspflow.studies.composite.splits import split
from pspflow.studies.composite.structures import simulate

STAGES = (
    simulate,
    import_structures,
    split,
    merge_stiffness,
    merge_strain,
)
MODEL_STAGES = {
    "solve": {"solve": "Compute the stiffness of one share of the structures, and strain fields."},
    "train": {"train_network": "Train a network until its loss on validation stops falling."},
    "baselines": {"baselines": "Predict stiffness without a network of its own."},
    "accuracy": {"forward_accuracy": "Measure what is predicted of the test structures."},
    "forward_show": {"forward_figures": "Draw predictions, their errors and the latent spaces."},
    "inverse": {"infer": "Infer structures from wanted stiffness, and solve them."},
    "ranking": {"rank": "Draw structures of wanted stiffness, solve each, and rank them."},
    "anneal": {"anneal": "Search the latent space for structures of wanted C11."},
    "reconstruct": {"reconstructions": "Decode test structures from their latents, and solve."},
    "ablation": {
        "slice_ablation": "Rebuild structures by the style of slices along x, and along all axes."
    },
    "inverse_show": {
        "inverse_figures": "Draw the structures inferred for every target, and their errors.",
        "annealing_figures": "Draw what searches of the latent space end with, and their errors.",
    },
    "structure_show": {"structure_figures": "Draw C11 over the volume fraction."},
    "tools": {
        "predict": "Predict the stiffness of your structures, and solve them to compare.",
        "design": "Design structures of a wanted stiffness: draw some, solve each, and rank them.",
    },
    "localize": {"train_localizer": "Train a network to predict the strain of every voxel."},
    "localize_judge": {
        "evaluate_localizers": "Predict strains of test structures, and time the models."
    },
    "localization_show": {"localization_figures": "Draw strains, true and predicted."},
    "present": {"report": "Write the report: one page with every table and figure."},
}
"""Stages by module, and their summaries: torch takes seconds to load, so they load when run."""
