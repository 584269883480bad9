"""Text by diffusion. Stands alone: the mathematics (noise, loss, samplers), the network, and three
ways to write with one set of weights (decode). Needs the extra `diffusion`."""
