"""Text by diffusion, judged: agreement with llama.cpp, losslessness, speed, quality, growth.

HumanEval is only ever judged on: nothing is trained or tuned on it."""
