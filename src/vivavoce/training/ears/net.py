"""The network that hears a person in a crowd, in torch, over whole recordings.

A voice encoder (Resemblyzer's three-layer LSTM, fine-tuned) runs as two staggered streams, each
begun afresh every 1.6 s, so that one of them always has 0.8 to 1.6 s of context and none carries
an earlier speaker for ever. A head compares its vectors with the person's own, reads the log-mel
in the light of them, and looks back 20 s: frames of the same voice decide together.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own custom

from vivavoce.ears.front import BANDS, HOPS

VOICE = 256
"""Numbers in a voice vector."""
SPAN = 20
"""Frames from one fresh start of a stream to its next (1.6 s)."""
LOOK_BACK = 250
"""Frames that the head remembers (20 s)."""
HEADS, HEAD = 8, 32
KEYS, LOOKS = 64, 2
HIDDEN, FINAL, VALUE = 160, 64, 32


class Encoder(nn.Module):
    """Resemblyzer's voice encoder (Apache-2.0): mel power (b, t, 40) → a vector a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, VOICE, 3, batch_first=True)
        self.linear = nn.Linear(VOICE, VOICE)

    def load(self, path: Path) -> "Encoder":
        """With the weights of Resemblyzer's pretrained.pt."""
        state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
        self.load_state_dict({k: v for k, v in state.items() if k[:4] in ("lstm", "line")})
        return self

    def voice(self, hidden: Tensor) -> Tensor:
        """(…, 256) of the last layer → a vector of length 1."""
        return F.normalize(F.relu(self.linear(hidden)), dim=-1, eps=1e-4)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """mel (b, f, 8, 40), f a multiple of 20 → the older and the younger stream's vectors at
        the end of each frame, (b, f, 256) each."""
        batch, frames = mel.shape[:2]
        half = SPAN // 2
        nothing = mel.new_zeros(batch, half, HOPS, BANDS)
        first, rest = mel[:, :half], mel[:, half:]
        late = torch.cat([first, nothing, rest, nothing], 1)  # begins afresh half a span later
        spans = torch.cat([mel, late], 1).reshape(-1, SPAN * HOPS, BANDS)
        hidden = self.lstm(spans)[0][:, HOPS - 1 :: HOPS]
        voices = self.voice(hidden.float()).reshape(batch, -1, VOICE)
        zero = voices[:, :frames]
        one = voices[:, frames:]
        one = torch.cat([one[:, :half], one[:, SPAN : SPAN + frames - half]], 1)
        is_old = (torch.arange(frames, device=mel.device) % SPAN >= half)[None, :, None]
        return torch.where(is_old, zero, one), torch.where(is_old, one, zero)


class Head(nn.Module):
    """From the encoder's vectors and the mel to probabilities, for each of p persons."""

    def __init__(self) -> None:
        super().__init__()
        self.sound = nn.Linear(HOPS * BANDS, 128)
        self.heard = nn.Linear(VOICE, HEADS * HEAD, bias=False)
        self.known = nn.Linear(VOICE, HEADS * HEAD, bias=False)
        nn.init.orthogonal_(self.heard.weight)
        self.known.weight.data.copy_(self.heard.weight.data)
        self.narrow = nn.Linear(VOICE, 32)
        self.film = nn.Linear(32, 256)
        inputs = 128 + 2 * (HEADS + 1) + SPAN // 2 + 1
        self.first = nn.LSTM(inputs, HIDDEN, batch_first=True)
        self.guess = nn.Linear(HIDDEN, 2)
        self.key = nn.Linear(2 * VOICE, LOOKS * KEYS)
        self.salience = nn.Linear(128, LOOKS)
        self.sharpness = nn.Parameter(torch.tensor([5.0, 15.0]))
        self.value = nn.Linear(HIDDEN, VALUE - 4)
        self.second = nn.LSTM(HIDDEN + LOOKS * VALUE + 2 * (HEADS + 1), FINAL, batch_first=True)
        self.out = nn.Linear(FINAL, 2)
        self.drop = nn.Dropout(0.1)

    def sounds(self, mel: Tensor) -> Tensor:
        """(b, f, 8, 40) power → (b, f, 128): the loudness of each band, near the range ±1."""
        return F.relu(self.sound((torch.log10(mel + 1e-7).flatten(2) + 3.5) / 2))

    def keys(self, old: Tensor, young: Tensor) -> Tensor:
        """(b, f, 2, 64): what makes two frames the same voice."""
        keys = self.key(torch.cat([old, young], -1)).reshape(*old.shape[:-1], LOOKS, KEYS)
        return F.normalize(keys, dim=-1, eps=1e-4)

    def likeness(self, old: Tensor, young: Tensor, voices: Tensor) -> Tensor:
        """(b, p, f, 18): cosines, whole and in eight learned directions, of both streams."""
        known = self._split(self.known(self.drop(voices)))  # (b, p, 8, 32)
        parts = []
        for heard in (old, young):
            parts.append(torch.einsum("bfhd,bphd->bpfh", self._split(self.heard(heard)), known))
            parts.append(torch.einsum("bfd,bpd->bpf", heard, voices)[..., None])
        return torch.cat(parts, -1)

    def _split(self, x: Tensor) -> Tensor:
        return F.normalize(x.reshape(*x.shape[:-1], HEADS, HEAD), dim=-1, eps=1e-4)

    def inputs(self, sound: Tensor, likeness: Tensor, voices: Tensor, age: Tensor) -> Tensor:
        """(b, p, f, …): the sound in the light of the voice, likeness, age, is anybody known."""
        scale, shift = self.film(torch.tanh(self.narrow(voices))).chunk(2, -1)
        lit = F.relu(sound[:, None] * (1 + scale[:, :, None]) + shift[:, :, None])
        known = (voices.abs().sum(-1, keepdim=True) > 0).float()
        frames = sound.shape[1]
        ages = F.one_hot(age, SPAN // 2).float()
        shape = (*voices.shape[:2], frames, -1)
        return torch.cat(
            [lit, likeness, ages.expand(shape), known[:, :, None].expand(shape)],
            -1,
        )

    def values(self, first: Tensor, guess: Tensor, likeness: Tensor) -> Tensor:
        """What a frame tells later ones, (…, 32)."""
        whole = likeness[..., [HEADS, 2 * HEADS + 1]]
        return torch.cat([self.value(first), torch.sigmoid(guess), whole], -1)

    def forward(
        self, mel: Tensor, old: Tensor, young: Tensor, voices: Tensor
    ) -> tuple[Tensor, Tensor]:
        """→ logits (b, p, f, 2) of (this person, somebody else), and those of the first LSTM."""
        batch, people, frames = *voices.shape[:2], mel.shape[1]
        sound, keys = self.sounds(mel), self.keys(old, young)
        likeness = self.likeness(old, young, voices)
        age = torch.arange(frames, device=mel.device) % (SPAN // 2)
        inputs = self.inputs(sound, likeness, voices, age)
        first = self.first(inputs.flatten(0, 1))[0].unflatten(0, (batch, people))
        guess = self.guess(first)
        scores = torch.einsum("bflk,bglk->blfg", keys, keys) * self.sharpness[:, None, None]
        scores = scores + self.salience(sound).transpose(1, 2)[:, :, None]
        past = (
            torch.ones(frames, frames, dtype=torch.bool, device=mel.device)
            .tril()
            .triu(1 - LOOK_BACK)
        )
        weights = torch.softmax(scores.masked_fill(~past, -1e9), -1)
        values = self.values(first, guess, likeness)
        seen = torch.einsum("blfg,bpgv->bpflv", weights, values).flatten(-2)
        final = self.second(torch.cat([first, seen, likeness], -1).flatten(0, 1))[0]
        return self.out(final).unflatten(0, (batch, people)), guess


class Network(nn.Module):
    """Encoder and head."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = Head()

    def forward(self, mel: Tensor, voices: Tensor) -> tuple[Tensor, Tensor]:
        """mel (b, f, 8, 40), voices (b, p, 256) → logits (b, p, f, 2), twice."""
        old, young = self.encoder(mel)
        final: tuple[Tensor, Tensor] = self.head(mel, old, young, voices)
        return final
