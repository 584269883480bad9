"""The playground of text by diffusion: one prompt, several ways to write, forward by forward."""
