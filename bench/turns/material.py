"""What is said in the synthetic turns. "|" is a place where a speaker may stop to think.

Nothing of this is in `tests/data` or in the demo. Three lists that share no sentence: to train on,
to tune on, to measure on; so do the voices.
"""

TRAIN = """
What's the weather | going to be like | in Hamburg tomorrow?
Could you remind me | to call the dentist | at half past nine?
I need a recipe | for | something with lentils and spinach.
Please turn down the heating | in the bedroom | to eighteen degrees.
How far is it | from Lisbon | to Porto by train?
Set a timer | for | twenty five minutes.
I was wondering | if you could tell me | which bus goes to the stadium.
My phone number is | four one five, | seven seven two, | nine zero three one.
The code is | eight | two | two | seven.
Can you add milk, | eggs, | butter, | and a loaf of bread to the list?
Yes.
No.
No, not today.
Yes, please do that.
Tomorrow at noon.
The second one.
Thursday, | I think.
I don't know.
That's right.
Never mind.
About three hundred | or maybe four hundred euros.
I would like to book a table | for six people | on Saturday evening.
We need two rooms, | one with a double bed | and one with | two single beds.
Play something | by | that Icelandic singer.
Tell me again | how much the tickets cost.
Why do cats | purr | when you stroke them?
Who was the first woman | to fly | across the Atlantic?
Is it true | that goldfish | forget everything after three seconds?
If I leave at seven, | when will I arrive | in Manchester?
I have to write a letter | to my landlord | about | the broken boiler.
So the thing is, | my flight was cancelled, | and now I need | another way to get home.
Let's see. | I want the one | with the blue cover.
Give me | a short summary | of what happened in the match.
How do you say | good evening | in Portuguese?
What was the name | of | that restaurant | near the old harbour?
I think | we should | invite your sister as well.
It's not the engine, | it's more like | the brakes | that make the noise.
When I was a child, | we used to spend every summer | at my grandparents' farm.
The meeting is on Monday, | no, | on Tuesday | at ten.
Could we move it | to | the week after next?
Send a message to Martin | and tell him | that I'll be ten minutes late.
What would you | recommend | for someone | who has never skied?
Do I need a visa | to travel | to Vietnam?
My name is | Catherine | Holloway.
It's spelled | H, | O, | double L, | O, | W, A, Y.
I live at | twenty seven | Garden Street, | second floor.
There are three things | I want to know. | How big is it, | how old is it, | and what does it cost?
First wash the rice. | Then put it | in a pot | with twice as much water.
We went there last year. | It was lovely, | but | rather crowded.
I tried to restart it. | That didn't help.
I lost my card this morning. | Can you | block it for me?
The kitchen light is flickering. | What could be | the reason?
I'm looking for a present. | It's for my nephew, | who is | turning eleven.
My back hurts. | Should I | see a doctor?
Turn it up a bit.
Stop the music.
Cancel the alarm.
Read me the headlines.
Skip this one.
What time is it?
How much is it?
Where did you put the keys?
Which one is cheaper?
Is the shop still open?
What did she say?
Can you hear me?
Who won?
Tell me a joke.
Good morning.
Thanks, that's all I need.
Okay, | thank you very much.
Sorry, | could you repeat that?
I meant | the other | red car.
Could you explain | what inflation is | as if I were | ten years old?
I'd like to | change my booking | from the fourth | to the eleventh of May.
Because | I have never | done this before.
It depends on | how much time | we have.
Let me think | about it | for a moment.
What I really want to know is | whether | we can afford it.
He said that | he would come | after work.
You know what, | let's just | order pizza.
As far as I remember, | it was | somewhere near the station.
The password is | blue | elephant | seventy one.
Find me a flight | to Athens | that leaves | before eight in the morning.
How many people | actually | speak Welsh?
Please write down | the following: | two onions, | a clove of garlic, | and half a litre of stock.
Does the museum | open | on public holidays?
I was at the bank | and they told me | to come back | next week.
Put the red one | in the | upper drawer.
Compare | the two phones | and tell me | which has the better camera.
Could you maybe | look up | when the next | solar eclipse is?
I feel a bit | tired today.
The train was late, | so | I missed | the connection.
Would it be possible | to get | a receipt?
We have been married | for | nineteen years.
I usually get up | at six, | except | on weekends.
Is there | a pharmacy | around here?
My daughter needs help | with | her maths homework.
What is fifteen percent | of | two hundred and forty?
Divide nine hundred | by | thirty six.
I want to learn | how to play | the cello.
Open the window | in the | living room.
Delete | the last | paragraph.
Move the appointment | with Doctor Singh | to Friday afternoon.
He is taller | than | his brother.
I'm allergic | to | peanuts | and shellfish.
That sounds good, | but | what about | the price?
How long | does the battery | last?
Do you have | anything | without sugar?
I'm calling about | the invoice | you sent | in March.
There is something wrong | with | my account.
The order number | is | five five oh, | three one, | six.
""".strip().splitlines()

DEV = """
Which museums | are free | on the first Sunday of the month?
I'd like a taxi | to the | central station, please.
Twenty to four.
Yes, exactly.
Tell me how to | get rid of | ants in the kitchen.
Can you book | a haircut | for | next Wednesday?
We need apples, | carrots, | some cheese, | and a bottle of vinegar.
My address is | ninety | Orchard Lane.
What happens | if I forget | to renew my passport?
Do it again.
I left my umbrella | on the tram. | Who can I | ask about it?
She wants to study | medicine | or | maybe law.
How deep | is | the Baltic Sea?
My email is | tom dot | baker | at example dot com.
Remind me | on Friday | that | the car has to be washed.
Is it going to | snow this week?
No, the green one.
The thing that worries me is | that | nobody has called back.
Explain | the offside rule | to me.
Where can I | buy | good coffee beans?
I broke my glasses. | Is there | an optician | in this street?
Switch off everything | except | the hall light.
Find out | how long | the exhibition | is still on.
What's the difference | between | a crocodile | and an alligator?
I paid | thirty two | pounds fifty.
Volume down.
Why is my | bread | always so dry?
Start with the salad, | and then | we'll see.
I can't find | my | charger.
Let's | go | with the first option.
""".strip().splitlines()

TEST = """
When does the next ferry | leave for | the island?
I want to send flowers | to my aunt | because | it's her eightieth birthday.
How can I keep | basil | alive | through the winter?
Could you check | whether | the library | has that book?
Is a whale | a fish | or | a mammal?
My reference is | nine four | double two | one six.
Please put olives, | tomatoes, | a cucumber, | and some feta | on my list.
We are four adults | and | one baby.
The other way round.
Yes, that works for me.
No, I'd rather walk.
In about | half an hour.
Mute the television.
What is the tallest tree | in the world?
I have a question | about | my last | electricity bill.
Dim the lamp | next to | the sofa.
How do I | politely | end a phone call?
Who discovered | penicillin?
Let me see. | I think | I parked | on the third level.
We changed the tyres ourselves. | It took | almost | two hours.
I have a headache. | Do we have | any | aspirin left?
The dishwasher is leaking. | Whom | should I call?
My grandmother came from | a small village | near | the Polish border.
What should I | pack | for | a week in Iceland?
Make it a bit | warmer | in here.
Can I freeze | soup | with cream in it?
Give me three ideas | for | a rainy afternoon | with two children.
I'm not sure | if | I locked | the front door.
It was either | on the twelfth | or | on the thirteenth of June.
Ask Peter | if he | still needs | the ladder.
Next song.
What's for dinner?
Do penguins | have | knees?
That isn't what | I | had in mind.
Could you lower | the | blinds?
Seventeen.
Maybe later.
When I opened the box, | there was | nothing | in it.
I would say | about | two kilometres.
How many | calories | does a | banana have?
My doctor told me | to drink more, | but | I keep forgetting.
The first | exit | after | the bridge.
Translate this into | Swedish: | where is | the nearest bakery?
I'd like to cancel | my subscription | at the end | of the month.
What are the opening hours | of | the swimming pool?
Wake me up | at | a quarter past six.
Which wine | goes well | with | mushroom risotto?
It starts with a B. | Something like | Bernard | or Bertram.
Why do we | have | leap years?
Show me | the way | to the | botanical garden.
He plays the violin | and | his wife | sings.
Tell them | I'll bring | the salad.
We could meet | at the fountain, | or | in front of the theatre.
How old | do you have to be | to | rent a car?
I tried both keys. | Neither | of them | fits.
Please spell | that | for me.
Is the bakery | on the corner | open | tomorrow?
Add | twelve | and | thirty nine.
Where was | the treaty | signed?
It's raining again. | Should we | still go?
""".strip().splitlines()

FILLERS = ("um", "uh", "er", "uhm", "let me see", "you know", "like", "hmm", "well")

VOICES = {
    "train": (
        "af_alloy", "af_aoede", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river",
        "af_sarah", "am_adam", "am_echo", "am_eric", "am_onyx", "bf_alice", "bf_isabella",
        "bm_daniel", "am_santa",
    ),
    "dev": ("af_sky", "am_liam", "bf_lily", "bm_lewis"),
    "test": (
        "af_heart", "af_bella", "am_michael", "am_fenrir", "am_puck", "bf_emma", "bm_george",
        "bm_fable",
    ),
}  # fmt: skip
"""Kokoro's English voices; those of `tests/data` are only measured on."""
