"""From masks to text: pure steps, each interchangeable with the others."""

from vivavoce.diffusion.samplers.accept import Accept, Factor, Most, Threshold
from vivavoce.diffusion.samplers.analytic import Analytic
from vivavoce.diffusion.samplers.confidence import Confidence
from vivavoce.diffusion.samplers.denoise import Clock, Model, denoise, even
from vivavoce.diffusion.samplers.euler import Euler
from vivavoce.diffusion.samplers.first_hitting import FirstHitting, hitting
from vivavoce.diffusion.samplers.sampler import Sampler

__all__ = [
    "Accept",
    "Analytic",
    "Clock",
    "Confidence",
    "Euler",
    "Factor",
    "FirstHitting",
    "Model",
    "Most",
    "Sampler",
    "Threshold",
    "denoise",
    "even",
    "hitting",
]
