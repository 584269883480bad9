"""What is said in a crowd: television and tables nearby, and an owner who talks to somebody else.

The bystanders' voices say nothing else in this project, and none of them is an owner's.
"""

Said = list[tuple[str, str]]
"""(voice, text)."""

TELEVISION: Said = [
    ("am_adam", "Good evening, and welcome back. Tonight we ask a simple question: who "
                "owns the sea?"),
    ("af_nova", "The council says that the bridge will open again in spring. Nobody "
                "here believes it."),
    ("am_eric", "Stop right there! Put the bag down and turn around, slowly."),
    ("af_sarah", "What are you talking about? I was at my sister's house all evening."),
    ("am_onyx", "Tomorrow it will be cloudy in the north, with some rain in the afternoon."),
    ("bf_lily", "Now we add the sugar, a little at a time, and we keep on stirring "
                "until it shines."),
    ("bm_daniel", "And that is the end of the first half. What a goal! Let's look at it "
                "once more."),
    ("af_kore", "Do you want to know a secret? Call now, and the second one is free."),
    ("am_echo", "Wait a minute. How do you know about the letter? I never told you "
                "about a letter."),
    ("af_sky", "The young birds leave the nest after three weeks, and most of them "
                "never come back."),
    ("bf_isabella", "No, no, listen to me. You have to tell him the truth before Sunday."),
    ("bm_lewis", "For two hundred points: which river flows through Vienna, Budapest "
                "and Belgrade?"),
    ("am_liam", "Our next guest has climbed every mountain in this country. Please welcome him."),
    ("af_jessica", "Prices went up again last month, but less than most experts had expected."),
    ("am_adam", "Can somebody tell me what time the train from the airport arrives?"),
    ("af_nova", "That's enough. Thank you, everyone, we can stop here for today."),
    ("am_eric", "She was the best detective that this town ever had, and she knew it."),
    ("af_sarah", "Okay, so what is the capital of Australia? It is not Sydney, by the way."),
    ("am_onyx", "Hold on, hold on. Let me finish. You had your turn, and now it is mine."),
    ("bf_lily", "If the dough sticks to your hands, do not add more flour. Just wait."),
    ("bm_daniel", "It is raining hard now, and the players can hardly see the ball."),
    ("af_kore", "Three bedrooms, a large kitchen, and a garden that looks out over the valley."),
    ("am_echo", "Can you hear me? Hello? I think that we have lost the connection."),
    ("af_sky", "Deep under the ice there is a lake that has not seen the sun for a million years."),
    ("bf_isabella", "I never said that. Why do you always put words into my mouth?"),
    ("bm_lewis", "Correct! And with that answer you go home with the first prize tonight."),
    ("am_liam", "What would you do with a million dollars? Would you still go to work?"),
    ("af_jessica", "Police are looking for two men who left the bank in a small blue car."),
]  # fmt: skip

TABLES: Said = [
    ("am_liam", "So I told him, if you want the flat, then you have to call them today."),
    ("af_jessica", "Really? And what did he say? He never calls anybody, you know him."),
    ("bm_lewis", "Could we have the bill, please? And two more coffees to go, thank you."),
    ("bf_isabella", "Stop it, you're going to spill the whole thing over my new dress!"),
    ("am_echo", "Hey, what time does your bus leave? I can take you to the station."),
    ("af_kore", "Wait, is that Anna over there? I thought that she had moved to Spain."),
    ("bm_daniel", "The meeting was a disaster. Nobody had read the report, not even the boss."),
    ("bf_lily", "My daughter wants a dog for her birthday, but we live on the fifth floor."),
    ("am_onyx", "Okay, one more question: who's paying for all of this?"),
    ("af_sky", "I slept so badly last night. The neighbours had a party until four."),
    ("am_adam", "Excuse me, is this chair free? Thank you very much."),
    ("af_nova", "No, I meant next Friday, not this one. This Friday I'm in London."),
]

SIDE_TALK: Said = [
    ("af_bella", "Honey, did you feed the cat this morning?"),
    ("bm_george", "Just put it on the table over there, thanks, Peter."),
    ("am_michael", "Mum, I'll be there in a minute. I'm still talking to this thing."),
    ("bf_emma", "Two coffees, please, and a slice of the apple cake for her."),
    ("af_bella", "Kids, not so loud! Go and play in the garden."),
    ("bm_george", "No, dear, the keys are in your coat, where you left them."),
    ("am_michael", "Hi Susan, come in, sit down. I'm nearly done here."),
    ("bf_emma", "Tom, can you get the door? I think that's the neighbour."),
]
"""The owner's own voice, to somebody else in the room, while the assistant speaks."""

MORE_INTERRUPTIONS: Said = [
    ("af_bella", "Wait a moment, please."),
    ("bm_george", "Stop, stop, I know that already."),
    ("am_michael", "Okay, and how much does it cost?"),
    ("bf_emma", "Sorry, can you say that again?"),
    ("af_bella", "Skip that part and tell me the end."),
    ("bm_george", "No, that's wrong."),
    ("am_michael", "Hold on, let me write that down."),
    ("bf_emma", "Thanks, I've heard enough."),
]

GROUPS: dict[str, Said] = {
    "television": TELEVISION,
    "table": TABLES,
    "side": SIDE_TALK,
    "interruption": MORE_INTERRUPTIONS,
}
