package compose

import "strings"

// shortcodes are the emoji that people name, one a line: the name that is used most,
// then other names, then the emoji.
const shortcodes = `
smile 😄
grin 😁
joy 😂
rofl 🤣
smiley 😃
grinning 😀
sweat_smile 😅
laughing 😆
wink 😉
blush 😊
yum 😋
sunglasses cool 😎
heart_eyes 😍
kissing_heart 😘
hugs hug 🤗
star_struck 🤩
thinking 🤔
raised_eyebrow 🤨
neutral_face 😐
expressionless 😑
no_mouth 😶
smirk 😏
unamused 😒
roll_eyes 🙄
grimacing 😬
relieved 😌
pensive 😔
sleepy 😪
sleeping 😴
mask 😷
nauseated 🤢
sneezing 🤧
hot_face 🥵
cold_face 🥶
woozy 🥴
dizzy_face 😵
exploding_head mind_blown 🤯
cowboy 🤠
partying 🥳
nerd 🤓
confused 😕
worried 😟
slightly_frowning 🙁
open_mouth 😮
astonished 😲
flushed 😳
pleading 🥺
cry 😢
sob 😭
scream 😱
confounded 😖
persevere 😣
disappointed 😞
sweat 😓
weary 😩
tired 😫
yawning 🥱
triumph 😤
rage angry 😡
cursing 🤬
skull 💀
poop 💩
clown 🤡
ghost 👻
alien 👽
robot 🤖
cat 🐱
see_no_evil 🙈
hear_no_evil 🙉
speak_no_evil 🙊
upside_down 🙃
slightly_smiling 🙂
melting 🫠
saluting 🫡
shushing 🤫
zipper_mouth 🤐
innocent 😇
smiling_imp devil 😈
heart ❤️
orange_heart 🧡
yellow_heart 💛
green_heart 💚
blue_heart 💙
purple_heart 💜
black_heart 🖤
white_heart 🤍
broken_heart 💔
two_hearts 💕
sparkling_heart 💖
hundred 💯
boom 💥
sweat_drops 💦
dash 💨
speech_balloon 💬
zzz 💤
wave 👋
ok_hand 👌
pinched_fingers 🤌
victory ✌️
crossed_fingers 🤞
metal 🤘
call_me 🤙
point_left 👈
point_right 👉
point_up 👆
point_down 👇
thumbsup +1 👍
thumbsdown -1 👎
fist ✊
punch 👊
clap 👏
raised_hands 🙌
open_hands 👐
handshake 🤝
pray thanks 🙏
writing_hand ✍️
muscle 💪
brain 🧠
eyes 👀
eye 👁️
tongue 👅
facepalm 🤦
shrug 🤷
runner 🏃
dancer 💃
family 👪
dog 🐶
fox 🦊
bear 🐻
panda 🐼
lion 🦁
cow 🐮
pig 🐷
frog 🐸
monkey 🐒
chicken 🐔
penguin 🐧
bird 🐦
owl 🦉
wolf 🐺
horse 🐴
unicorn 🦄
bee 🐝
bug 🐛
butterfly 🦋
snail 🐌
turtle 🐢
snake 🐍
octopus 🐙
crab 🦀
fish 🐟
dolphin 🐬
whale 🐳
elephant 🐘
hedgehog 🦔
cactus 🌵
tree 🌳
evergreen 🌲
seedling 🌱
herb 🌿
clover 🍀
maple_leaf 🍁
fallen_leaf 🍂
mushroom 🍄
rose 🌹
tulip 🌷
sunflower 🌻
blossom 🌼
cherry_blossom 🌸
apple 🍎
banana 🍌
lemon 🍋
strawberry 🍓
tomato 🍅
avocado 🥑
carrot 🥕
corn 🌽
bread 🍞
cheese 🧀
egg 🥚
pizza 🍕
burger 🍔
fries 🍟
taco 🌮
sushi 🍣
ramen 🍜
cake 🍰
birthday 🎂
cookie 🍪
chocolate 🍫
coffee ☕
tea 🍵
beer 🍺
beers 🍻
wine 🍷
champagne 🍾
cocktail 🍸
sun ☀️
partly_sunny ⛅
cloud ☁️
rain 🌧️
snow snowflake ❄️
snowman ⛄
zap lightning ⚡
rainbow 🌈
ocean 🌊
fire 🔥
droplet 💧
umbrella ☔
moon 🌙
star ⭐
star2 🌟
sparkles ✨
comet ☄️
earth 🌍
mountain ⛰️
camping 🏕️
house 🏠
office 🏢
bike 🚲
car 🚗
bus 🚌
train 🚆
plane airplane ✈️
rocket 🚀
boat ⛵
anchor ⚓
hourglass ⌛
watch ⌚
alarm_clock ⏰
calendar 📅
phone 📱
computer 💻
keyboard ⌨️
floppy_disk 💾
camera 📷
video 🎥
tv 📺
radio 📻
bulb 💡
flashlight 🔦
book 📖
books 📚
newspaper 📰
bookmark 🔖
memo pencil 📝
scissors ✂️
paperclip 📎
pushpin 📌
link 🔗
lock 🔒
unlock 🔓
key 🔑
hammer 🔨
wrench 🔧
gear ⚙️
toolbox 🧰
magnet 🧲
microscope 🔬
telescope 🔭
syringe 💉
pill 💊
test_tube 🧪
package 📦
mailbox 📫
envelope email ✉️
inbox 📥
outbox 📤
chart 📈
chart_down 📉
bar_chart 📊
money 💰
credit_card 💳
gift 🎁
balloon 🎈
tada 🎉
confetti 🎊
trophy 🏆
medal 🏅
soccer ⚽
basketball 🏀
tennis 🎾
chess ♟️
dart 🎯
dice 🎲
game 🎮
puzzle 🧩
art 🎨
thread 🧵
yarn 🧶
music 🎵
guitar 🎸
microphone 🎤
headphones 🎧
bell 🔔
no_bell 🔕
megaphone 📣
flag 🚩
checkered_flag 🏁
rainbow_flag 🏳️‍🌈
pirate_flag 🏴‍☠️
white_check_mark check ✅
x ❌
warning ⚠️
no_entry ⛔
stop 🛑
question ❓
exclamation ❗
recycle ♻️
arrow_right ➡️
arrow_left ⬅️
arrow_up ⬆️
arrow_down ⬇️
heavy_plus ➕
heavy_minus ➖
red_circle 🔴
green_circle 🟢
blue_circle 🔵
white_circle ⚪
black_circle ⚫
construction 🚧
crystal_ball 🔮
ice_cream 🍦
infinity ♾️
`

// emoji lists the emoji one of whose names begins with prefix.
func emoji(prefix string) []Choice {
	prefix = strings.ToLower(prefix)
	var out []Choice
	for line := range strings.Lines(shortcodes) {
		fields := strings.Fields(line)
		for _, name := range fields[:max(0, len(fields)-1)] {
			if strings.HasPrefix(name, prefix) {
				out = append(out, Choice{Text: fields[len(fields)-1], About: ":" + name + ":"})
				break
			}
		}
		if len(out) == popupMax {
			break
		}
	}
	return out
}
