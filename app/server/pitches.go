package server

import (
	"slices"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
)

// pitches: some of the new cohort have written what people mark, and left the recording for their second go. One
// trainer has begun to mark, the other has seconded two: on one the two agree, on the other a third has to settle it.
func (f *furnisher) pitches() error {
	s, err := f.sitting("pitch", newCohort, 4, -10)
	if err != nil {
		return err
	}
	f.at(4, 14, 0)
	if err := f.sit(s, members(newCohort)[2:8], nil); err != nil {
		return err
	}
	piles, err := f.Room.Queue(f.ctx, f.cast["A005"], locale.Hant)
	if err != nil {
		return err
	}
	f.at(3, 10, 0)
	var first []string
	for _, pile := range piles {
		for range 3 - len(first) {
			id, err := f.markNext("A006", pile, 0)
			if err != nil {
				return err
			}
			if id != "" {
				first = append(first, id)
			}
		}
	}
	f.at(2, 16, 0)
	if err := f.Room.AddComment(f.ctx, f.cast["A006"], first[0], "只寫看到、聽到的，日期和原話照抄；推測的拿掉。"); err != nil {
		return err
	}
	for i, id := range first[:2] {
		if err := f.rate("A005", id, 3*i); err != nil {
			return err
		}
	}
	return nil
}

// markNext has a trainer mark the next answer of a pile, this many points more strictly than it deserves.
func (f *furnisher) markNext(number string, pile exams.Pile, strictly int) (string, error) {
	id, err := f.Room.NextToMark(f.ctx, f.cast[number], pile, "")
	if err != nil || id == "" {
		return "", err
	}
	return id, f.rate(number, id, strictly)
}

// rate gives an answer what it deserves, less some points.
func (f *furnisher) rate(number, script string, strictly int) error {
	s, err := f.Room.Script(f.ctx, f.cast[number], script, locale.Hant)
	if err != nil {
		return err
	}
	sheet := exams.MarkSheet{Comment: "把「不能保證」說得再早一點，客戶會更放心。"}
	level := max(0, slices.Index(essays()[s.Item], s.Question.Response.Text))
	for c, criterion := range s.Question.Rubric {
		given := criterion.Points - level*500
		if c < strictly {
			given -= 1000
		}
		sheet.Points = append(sheet.Points, max(0, given))
	}
	_, err = f.Room.MarkAnswer(f.ctx, f.cast[number], script, sheet)
	return err
}

// written is what a candidate of the demonstration writes, or nothing where a recording is asked for.
func (f *furnisher) written(item questions.Item) questions.Response {
	texts := essays()[item.ID]
	if len(texts) == 0 {
		return questions.Response{}
	}
	return questions.Response{Text: texts[f.dice.n(len(texts))]}
}

// essays are what there is to write on each item, the best first.
func essays() map[string][]string {
	return map[string][]string{
		"pd-43": {
			"一、「站上的買家，我們查的是登記資料和聯絡方式，查的日期寫在資料頁上；他們會不會下單，我們查不到，也不替他們擔保。您這個類目，我每個月做的是更新產品頁、回覆詢盤、月底把來源和回覆列給您看。來幾封、成幾筆，我不能保證。標章說的是查過哪些文件，不是替品質背書；品質請您讓買家打樣、驗貨。回本要看您一單賺多少、一年做得出幾單，我們現在一起算。」\n\n" +
				"二、主管您好：今天下午兩點，我在客戶的辦公室，聽到同事說「保證一個月三十封詢盤」「標章品質就有人背書」「三個月包回本」。客戶當場說要簽，還沒付款。我已在同一場補充：數量、品質、回本都不保證，並約好明天上午把查核日期和算式寄給他。付款前請您看過我寄出的內容。",
			"一、我會這樣說：「我們會審查買家的基本資料，但沒有辦法保證他們一定下單。這個類目過去有詢盤進來，數量每個月不同，所以我不能說三十封。標章代表文件查過，品質要您自己和買家確認。至於多久回本，每家工廠不一樣，我可以陪您算一次。如果您願意，我們先看一下您的產能和毛利，再決定要不要簽。」\n\n" +
				"二、主管好，今天同事跟客戶講了保證三十封詢盤和三個月回本，客戶想簽但還沒付款。我覺得這樣說不妥，已經跟客戶說明不能保證，之後會再補一封信給他，讓他在付款之前知道。",
			"一、「老闆，我們的買家大多都是審過的，應該不會有什麼問題。以您的類目，詢盤通常不少，三十封不敢講死，不過多半會有。標章對品質是加分的，客戶看了比較放心。回本的話，很多客戶都是半年左右，您這麼有經驗，一定很快。先簽下來，後面有什麼問題我們都會協助，您完全不用擔心，我們團隊會全力配合您。」\n\n" +
				"二、主管您好，同事今天表現得有點急，話說得太滿，我覺得他需要再訓練。客戶很有興趣，應該這週就會付款，我會繼續跟進，有進度再向您報告，謝謝主管。",
		},
		"pv-19": {
			"尤老闆您好：\n\n您問該不該簽，我把算式寫在這裡，每一步您都可以自己核對。年費 60,000 元，一單毛利 5,000 元，要 12 單才回本；您一年還接得下 16 單，這一關過得去。難的是現金：您有 90,000 元，付完剩 30,000 元，每月淨流出 12,000 元，第 1 個月底 18,000 元，第 2 個月底 6,000 元，第 3 個月底 −6,000 元，第 4 個月底 −18,000 元，而新訂單的貨款最快第 5 個月才進來。\n\n所以我的建議是先不簽。12 單是門檻，不是會來的數字，來不來、來幾單，我不能保證，公司也沒有分期或墊款的辦法。如果下個月有舊客戶的貨款進來，或您談成延後一筆支出，我們 15 號再照這張表重算一次。要不要等，由您決定。",
			"尤老闆您好：\n\n60,000 元的年費，用每單 5,000 元毛利來算，大約做 12 單就能回本，您還有 16 單的產能，所以是做得到的。不過您手上 90,000 元，付了以後剩 30,000 元，每個月還要流出 12,000 元，大概撐到第 3 個月現金就會變成負的，新的貨款要到第 5 個月才進來。\n\n我建議您先緩一緩，把現金準備好再簽會比較安全。詢盤和訂單的數量我沒有辦法保證。您可以先整理產品資料，我們下個月再聯絡，看看情況有沒有不同。",
			"尤老闆您好：\n\n恭喜您有機會打開外銷市場！年費 60,000 元看起來不少，但只要 12 單就回本，您一年能多接 16 單，等於多賺 20,000 元，非常划算。現金的部分您有 90,000 元，付完還有 30,000 元，應該夠用，第 5 個月貨款就進來了，撐一下就過去了。\n\n現在簽的話可以早一點上線，早一點有詢盤。很多客戶一開始也猶豫，後來都覺得應該早點開始。名額和人力有限，建議您這週就決定，我會親自幫您把資料上好，也會幫您向公司爭取優惠，有任何問題隨時找我。",
		},
	}
}
