"""vivavoce train: the recipes of the small networks. Needs the extra `train`."""

import click

from vivavoce.cli.train_addressee import addressee
from vivavoce.cli.train_ears import ears
from vivavoce.cli.train_finder import finder
from vivavoce.cli.train_floor import floor
from vivavoce.cli.train_people import people


@click.group()
def train() -> None:
    """Train the small networks that come with Vivavoce anew."""


train.add_command(addressee)
train.add_command(ears)
train.add_command(finder)
train.add_command(floor)
train.add_command(people)
