"""What the recorded users say. [0.8] is a pause of 0.8 s inside a turn.

Everyday talk in several voices: short facts, small sums, advice, recipes.
"""

QUESTIONS = [
    ("af_heart", "What is the capital of Australia?"),
    ("am_michael", "How many days are there in a leap year?"),
    ("bf_emma", "What is seven times eight?"),
    ("bm_george", "How long should I boil an egg, if I want the yolk to stay soft?"),
    ("af_bella", "Who wrote Romeo and Juliet?"),
    ("am_fenrir", "What can I use instead of butter when I bake a cake?"),
    ("am_puck", "How can I get a coffee stain out of a white shirt?"),
    ("bm_fable", "Which planet is the largest in our solar system?"),
    ("af_heart", "At night, I can't fall asleep. What could I try?"),
    ("am_michael", "If I save twenty dollars a week, [0.5] how much do I have after ten weeks?"),
    ("bf_emma", "What should I wear for a job interview at a bank?"),
    ("bm_george", "Why is the sky blue?"),
    ("af_bella", "Could you give me, um, [0.7] a quick idea for dinner with chicken and rice?"),
    ("am_fenrir", "How often should I water a cactus?"),
    ("am_puck", "What is the opposite of generous?"),
    ("bm_fable", "How do I politely say no to an invitation?"),
    ("af_heart", "Which is heavier, a kilogram of iron or a kilogram of feathers?"),
    ("am_michael", "What language do people speak in Brazil?"),
    ("bf_emma", "I'm going to Paris for one day. What is the one thing that I should see?"),
    ("bm_george", "How many legs does a spider have?"),
    ("af_bella", "What's a good name for a small grey cat?"),
    ("am_fenrir", "How do I know when, uh, [0.6] when a watermelon is ripe?"),
    ("am_puck", "At what temperature does water freeze?"),
    ("bm_fable", "Can you suggest a birthday present for my grandmother, who loves her garden?"),
]

LONG_ANSWERS = [
    ("af_bella", "Tell me, in as much detail as you can, how bread is made."),
    ("bm_george", "Please tell me a long story about a fox who lives in a lighthouse."),
    ("am_michael", "Explain to me slowly how a car engine works, from beginning to end."),
    ("bf_emma", "Describe a whole day in the life of a farmer, from morning to night."),
]

INTERRUPTIONS = [
    ("af_bella", "Stop."),
    ("bm_george", "Wait, wait."),
    ("am_michael", "No, I meant tomorrow."),
    ("bf_emma", "Hang on a second. What about Friday?"),
    ("af_bella", "Actually, tell me about cats instead."),
    ("bm_george", "Okay, that's enough, thank you."),
    ("am_michael", "Sorry, one more question first."),
    ("bf_emma", "Could you make it shorter, please?"),
    ("af_bella", "No no no, that's not what I asked."),
    ("bm_george", "Hold on, how long does that take?"),
]

BACKCHANNELS = [
    ("af_bella", "Uh-huh."),
    ("bm_george", "Mm-hmm."),
    ("am_michael", "Yeah."),
    ("bf_emma", "Right."),
    ("am_fenrir", "Okay."),
    ("af_heart", "I see."),
]

THINKING = [
    ("am_fenrir", "What is the, um, [1.2] the capital of Australia?"),
    ("bf_emma", "Remind me, how many, um, [1.5] how many grams are there in a pound?"),
]

THINK_ABOUT_IT = [
    (
        "am_fenrir",
        "Think about it for six seconds. Tom has three bags with seven apples each, and he eats "
        "five apples. How many apples are left?",
    ),
]
ASKED_OF_THE_HOUSE = [
    "Dim the reading lamp to twenty percent, please.",
    "Could you play the album Blue Train?",
    "Please put lunch with Peter into my calendar on Friday at ten.",
    "Please read me my newest mail.",
]
OWNER, STRANGER = "bf_emma", "am_michael"
"""Who asks the house for these; the owner is enrolled by p3, the other is known to nobody."""
HOUSE = [(voice, text) for voice in (OWNER, STRANGER) for text in ASKED_OF_THE_HOUSE]
TWO_AT_ONCE = [
    ("af_bella", "What is the capital of France? And how many people live there?"),
    ("bm_george", "Is a tomato a fruit? And what about a cucumber?"),
]

DEMO = [
    ("question", "af_heart", "Hello! What can I ask you?"),
    ("thinking", "af_heart", "Could you tell me, um, [1.0] why the sky is blue?"),
    ("interruption", "af_heart", "Hold on, just give me the short version."),
    ("goodbye", "af_heart", "Thank you, that's all."),
]
DEMO_WHEN: dict[str, dict[str, object]] = {
    "question": {"after": "start", "delay_s": 0.8},
    "thinking": {"after": "assistant_done", "delay_s": 0.9},
    "interruption": {"after": "assistant_speaking", "delay_s": 2.5},
    "goodbye": {"after": "assistant_done", "delay_s": 0.9},
}

PASSAGES = [
    (
        "af_heart",
        "When we moved into the old house by the river, the garden had been left alone for years. "
        "There were apple trees that nobody had cut, and a stone wall that had fallen down. "
        "We began with the path, because without a path you cannot carry anything. "
        "By the end of the summer, we could sit outside in the evening and hear the water.",
    ),
    (
        "am_michael",
        "A good soup does not need much. You warm some oil in a heavy pot, and you cook an onion "
        "until it is soft and sweet. Then you add carrots, potatoes and water to cover them. "
        "After half an hour, everything is tender. Add a little salt, a squeeze of lemon, "
        "and fresh herbs if you have any. It tastes even better on the next day.",
    ),
    (
        "bf_emma",
        "The train to the coast leaves early in the morning, and it is never full. "
        "For the first hour you see nothing but fields and small stations where nobody gets off. "
        "Then the hills begin, and after the last tunnel the sea is suddenly there on the left. "
        "My father always woke us up at that moment, so that we would not miss it.",
    ),
    (
        "bm_george",
        "People often ask me how I learned to repair clocks. The truth is that I broke one first. "
        "It belonged to my aunt, and I was so ashamed that I took it apart to see what was wrong. "
        "It took me three weeks to put it together again, and it has been running ever since. "
        "She never found out.",
    ),
    (
        "af_bella",
        "Our library is open every day except Monday. You can borrow ten books at a time and keep "
        "them for four weeks. If nobody else is waiting for a book, you may keep it longer. "
        "On Saturday mornings, somebody reads stories to the children on the second floor. "
        "Coffee is free, but please do not take it near the old maps.",
    ),
    (
        "am_fenrir",
        "Before you go up the mountain, look at the sky and ask somebody who lives there. "
        "The weather can change within an hour, even in summer. Take a warm jacket, more water "
        "than you think you need, and something sweet to eat. Start early, walk slowly, and turn "
        "around when you are tired, not when you are at the top.",
    ),
]
