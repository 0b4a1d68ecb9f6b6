package server

import (
	"fmt"

	"bainian/app/integrity"
)

// review: the desk's work of two weeks, a case at each stage. The copied pair was found when its sitting closed: of one of
// the two the reviewers have the statement and are to give their opinions, the other is being asked for theirs. What
// people reported was cleared, dismissed, ended in a re-sit that is under appeal, in a red line that can be appealed, or
// has just come in.
func (f *furnisher) review() error {
	one, two := f.cast["A003"], f.cast["A004"]
	report := func(number, exam, why string) (int, error) {
		attempt, err := f.attemptOf(number, exam)
		if err != nil {
			return 0, err
		}
		return f.Desk.Report(f.ctx, f.cast["A006"], attempt, why)
	}
	hear := func(n int, number, notice, statement string, toldDaysAgo, saidDaysAgo int) error {
		f.at(toldDaysAgo, 15, 0)
		if err := f.Desk.Notify(f.ctx, one, n, notice); err != nil {
			return err
		}
		f.at(saidDaysAgo, 20, 0)
		return f.Desk.State(f.ctx, f.cast[number], n, statement)
	}
	decide := func(n int, outcome integrity.Outcome, first, second string, daysAgo int) error {
		f.at(daysAgo, 16, 0)
		if _, err := f.Desk.Vote(f.ctx, one, n, integrity.Ballot{Outcome: outcome, Reason: first}); err != nil {
			return err
		}
		f.at(daysAgo, 17, 30)
		_, err := f.Desk.Vote(f.ctx, two, n, integrity.Ballot{Outcome: outcome, Reason: second})
		return err
	}
	open := func(n, daysAgo int) error {
		f.at(daysAgo, 10, 0)
		return f.Desk.Open(f.ctx, one, n)
	}
	const notice = "這場考試的應考紀錄有些地方想請你說明。卷內的證據你現在都看得到，和審查人看到的一樣；這不是指控，也還沒有結論。"
	for _, chapter := range []func() error{
		func() error { // 1: waits for two opinions
			if err := open(1, 12); err != nil {
				return err
			}
			return hear(1, "B4107", notice, "那張紙條是考前背誦用的筆記，忘了收起來。作答時我沒有拿出來看。", 11, 5)
		},
		func() error { // 2: waits for the person's statement
			if err := open(2, 3); err != nil {
				return err
			}
			f.at(2, 11, 0)
			return f.Desk.Notify(f.ctx, one, 2, notice)
		},
		func() error { // 3: cleared and sealed
			f.at(13, 18, 0)
			n, err := report("B4130", "values", "交卷前一直看向窗外，覺得可疑。")
			if err != nil {
				return err
			}
			if err := open(n, 12); err != nil {
				return err
			}
			return decide(n, integrity.NotUpheld, "窗外正在施工，其他人也看了；試卷沒有異樣。", "座位與時間線都沒有異樣，不成立。", 10)
		},
		func() error { // 4: a re-sit, under appeal
			f.at(13, 18, 10)
			n, err := report("B4131", "values", "考試中手機響了兩次，第二次拿出來看。")
			if err != nil {
				return err
			}
			if err := open(n, 12); err != nil {
				return err
			}
			if err := hear(n, "B4131", notice, "手機是家裡打來的，我只按掉，沒有看題目以外的東西。", 12, 11); err != nil {
				return err
			}
			if err := decide(n, integrity.Resit, "無法排除看了手機，換一份試卷重考。", "存疑時的一般做法：換卷重考。", 8); err != nil {
				return err
			}
			f.at(3, 9, 0)
			return f.Desk.Appeal(f.ctx, f.cast["B4131"], n, "通聯紀錄可以證明只響了兩次、都沒有接。請調閱後再決定。")
		},
		func() error { // 5: a red line that can be appealed
			f.at(13, 18, 20)
			n, err := report("B4132", "values", "收卷時發現考卷題目的照片已經傳到群組。")
			if err != nil {
				return err
			}
			if err := open(n, 12); err != nil {
				return err
			}
			if err := f.Desk.AddFact(f.ctx, one, n, integrity.Fact{Kind: integrity.Document, Text: "群組對話的截圖：考試開始後第九分鐘上傳題目照片三張。", Origin: "群組成員主動提供，十一月在人資辦公室當面簽收"}); err != nil {
				return err
			}
			if err := hear(n, "B4132", notice, "照片是我傳的，當時想問朋友一題，知道錯了。", 11, 10); err != nil {
				return err
			}
			return decide(n, integrity.RedLine, "截圖來源明確，時間與應考紀錄相符，本人說明一致。", "文件與說明互相獨立且一致，同意認定。", 4)
		},
		func() error { // 6: dismissed
			f.at(6, 18, 0)
			n, err := report("B4204", "values", "寫得比別人快很多。")
			if err != nil {
				return err
			}
			f.at(5, 9, 30)
			return f.Desk.Dismiss(f.ctx, two, n, "快不是理由；答對的題都教過，沒有其他紀錄。")
		},
		func() error { // 7: has just come in
			f.at(1, 16, 0)
			_, err := report("B4206", "values", "收卷後還在寫，制止兩次才停筆。")
			return err
		},
	} {
		if err := chapter(); err != nil {
			return fmt.Errorf("the desk: %w", err)
		}
	}
	f.at(1, 18, 0)
	return nil
}

// attemptOf is somebody's attempt at an exam.
func (f *furnisher) attemptOf(number, exam string) (string, error) {
	views, err := f.Room.Sittings(f.ctx, f.cast[number])
	if err != nil {
		return "", err
	}
	for _, v := range views {
		if v.Exam == exam && len(v.Mine) > 0 {
			return v.Mine[0].ID, nil
		}
	}
	return "", fmt.Errorf("%s has not sat %s", number, exam)
}
