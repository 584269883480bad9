"""Text by diffusion behind the seam of models. Nothing here imports torch before it has to."""
