"""The parts of `benchmarks/gpu.py`, in the order in which they run."""

from gpu_parts import composite, flows, latent, pinet, resume, solver, steel, texture

PARTS = {
    "solver": solver.PART,
    "composite": composite.PART,
    "flows": flows.PART,
    "flows_float32": flows.FLOAT32,
    "pinet": pinet.PART,
    "resume": resume.PART,
    "texture": texture.PART,
    "steel": steel.PART,
    "latent": latent.PART,
}
