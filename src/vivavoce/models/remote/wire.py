"""What comes over the wire is checked before it is believed."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Of the types that we read nothing else will do; what we don't read may be anything."""

    model_config = ConfigDict(extra="ignore", strict=True)
