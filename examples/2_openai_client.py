"""The official openai package against a running `vivavoce serve`; answers as text.

python examples/2_openai_client.py "Why is the sky blue?"
"""

import asyncio
import sys

from openai import AsyncOpenAI


async def main(question: str) -> None:
    client = AsyncOpenAI(base_url="http://127.0.0.1:8765/v1", api_key="none needed on loopback")
    async with client.realtime.connect(model="vivavoce") as talk:
        await talk.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        content = [{"type": "input_text", "text": question}]
        await talk.conversation.item.create(
            item={"type": "message", "role": "user", "content": content}
        )
        await talk.response.create()
        async for event in talk:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
            elif event.type == "response.done":
                print()
                return


asyncio.run(main(sys.argv[1]))
