package world

// table is bread, soup, tomatoes and the bowls they go in: the many languages of the demo.
func table() []Post {
	posts := append(tableMastodon(), tableBluesky()...)
	return append(posts, also(pick(posts, "sumi-kiln"), Bluesky, sec(80)))
}

func tableMastodon() []Post {
	return append(oven(), on(Mastodon, []Post{
		{
			Key: "sumi-kiln", By: "sumi", Age: ago(2, 30), Lang: "ja", Likes: 84, Boosts: 22,
			Text: []Part{t("三日ぶりに窯を開けました。思った色にならなかった器ほど、なぜか長く手元に置いてしまいます。"), tag("陶芸")},
			Pictures: []Picture{
				{Seed: 210, Scene: Bowl, Width: 720, Height: 540, Alt: "窓の光を受けた茶碗。釉薬が途中で止まり、下半分は土の色のまま。"},
				{Seed: 223, Scene: Bowl, Width: 720, Height: 540, Alt: "同じ窯の二つ目。こちらは少し口が広く、釉薬の流れが深い。"},
			},
		},
		{
			Key: "margit-kiln", By: "margit", Age: ago(2, 22), ReplyTo: "sumi-kiln", Likes: 12,
			Text: []Part{mention("sumi"), t(" The line where the glaze stopped is the best curve I have seen all week, and I draw curves.")},
		},
		{
			Key: "sumi-kiln-2", By: "sumi", Age: ago(2, 15), ReplyTo: "margit-kiln", Lang: "ja", Likes: 19,
			Text: []Part{mention("margit"), t(" ありがとうございます。あれは薪が足りなくなっただけです。")},
		},
		{
			Key: "sumi-cat", By: "sumi", Age: ago(18, 20), Lang: "ja", Likes: 131, Boosts: 40,
			Text: []Part{t("猫が乾燥中の皿の上を歩いた。足跡が四つ。このまま焼くことにした。値段は猫と相談中。")},
		},
		{
			Key: "otto-tomate", By: "otto", Age: ago(4, 45), Lang: "de", Likes: 36, Boosts: 7,
			Text: []Part{t("Bilanz Parzelle 17: elf Tomaten, davon neun von den Schnecken probiert. Zwei haben sie zurückgehen lassen. "), tag("Schrebergarten")},
		},
		{Key: "layla-boost-otto", By: "layla", Age: ago(4, 20), BoostOf: "otto-tomate"},
		{
			Key: "layla-tomate", By: "layla", Age: ago(4, 12), ReplyTo: "otto-tomate", Lang: "ar", Likes: 14,
			Text: []Part{mention("otto"), t(" أرسل لي الاثنتين. عندي خبز ينتظر.")},
		},
		{
			Key: "otto-tomate-2", By: "otto", Age: ago(3, 58), ReplyTo: "layla-tomate", Lang: "de", Likes: 17,
			Text: []Part{mention("layla"), t(" Abgemacht. Gegen ein Brot und das Ende der Geschichte mit dem blauen Esel.")},
		},
		{
			Key: "otto-wort", By: "otto", Age: ago(29, 40), Lang: "de", Likes: 48,
			Text: []Part{t("Auf dem Amt gelernt, dass mein Zaun in die Zuständigkeit der Kleingartenparzellengrenzbebauungshöhenverordnungsauslegungskommissionsgeschäftsstellenleitervertretung fällt. Sie hat dienstags offen.")},
		},
		{
			Key: "otto-garten", By: "otto", Age: ago(37, 15), Lang: "de", Likes: 29, Boosts: 5,
			Text:     []Part{t("Die Wiese wollte bunt. Ich habe nachgegeben.")},
			Pictures: []Picture{{Seed: 50, Scene: Garden, Width: 800, Height: 600, Alt: "Rote, gelbe und violette Blüten auf langen Stielen vor einem sanften grünen Hügel."}},
		},
	})...)
}

// oven is Layla and her readers.
func oven() []Post {
	return on(Mastodon, []Post{
		{
			Key: "layla-story", By: "layla", Age: ago(7, 50), Lang: "ar", Likes: 95, Boosts: 33,
			Text: []Part{t("قصّة في سطرين:\nسأل الحمارُ الأزرق البحرَ: من منّا أخذ لونه من الآخر؟\nضحك البحر حتى جاء المدّ.")},
		},
		{
			Key: "layla-mixed", By: "layla", Age: ago(20, 35), Lang: "ar", Likes: 40,
			Text: []Part{t("الوصفة: 500 غ طحين، 350 مل ماء، و3 ساعات صبر. التفاصيل هنا: "), link("https://bakery.example/recipes/12", "bakery.example/recipes/12")},
		},
		{
			Key: "sumi-layla", By: "sumi", Age: ago(20, 2), ReplyTo: "layla-mixed", Lang: "ja", Likes: 9,
			Text: []Part{mention("layla"), t(" 三時間の忍耐は何グラムですか。")},
		},
		{
			Key: "layla-mixed-2", By: "layla", Age: ago(19, 40), ReplyTo: "sumi-layla", Lang: "ar", Likes: 21,
			Text: []Part{mention("sumi"), t(" حسب الجوع.")},
		},
	})
}

func tableBluesky() []Post {
	return on(Bluesky, []Post{
		{
			Key: "minji-kimchi", By: "minji", Age: ago(3, 5), Lang: "ko", Likes: 88, Boosts: 14,
			Text: []Part{t("김치를 담근 지 사흘째. 아침마다 뚜껑을 열면 김치가 먼저 인사합니다. 오늘은 조금 화가 나 있네요.")},
		},
		{
			Key: "museum-kimchi", By: "museum", Age: ago(2, 50), ReplyTo: "minji-kimchi", Likes: 30,
			Text: []Part{mention("minji"), t(" We have a pressure gauge from 1903 if you need to know how angry.")},
		},
		{
			Key: "minji-kimchi-2", By: "minji", Age: ago(2, 41), ReplyTo: "museum-kimchi", Lang: "ko", Likes: 42,
			Text: []Part{mention("museum"), t(" 빌려주세요. 옆집에서도 소리가 들린대요.")},
		},
		{
			Key: "noam-piano", By: "noam", Age: ago(5, 40), Lang: "he", Likes: 67, Boosts: 11,
			Text: []Part{t("היום בתוך פסנתר ישן: שלושה מטבעות, כפתור, רשימת קניות מ־1962 (“חלב, חוטים, לא לשכוח לחייך”). המנגינה הייתה בסדר גמור.")},
		},
		{
			Key: "ines-piano", By: "ines", Age: ago(5, 22), ReplyTo: "noam-piano", Likes: 23,
			Text: []Part{mention("noam"), t(" “Milk, thread, don't forget to smile” is now on my fridge.")},
		},
		{
			Key: "noam-piano-2", By: "noam", Age: ago(5, 10), ReplyTo: "ines-piano", Lang: "he", Likes: 18,
			Text: []Part{mention("ines"), t(" קנית חוטים?")},
		},
		{
			Key: "sumi-test", By: "sumi", Age: ago(10, 50), Lang: "ja", Likes: 52,
			Text: []Part{t("雨の音を聞きながら轆轤。今日の湯呑みは、全部すこし雨のかたち。")},
		},
	})
}
