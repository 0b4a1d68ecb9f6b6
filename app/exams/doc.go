// Package exams is the exam room: what is drawn from the banks, who may sit it and when, what each person
// was dealt and said, and what it earned.
//
// Vocabulary. A blueprint (組卷規則) says how a paper is drawn from banks; a sitting (場次) offers it to people in a
// window, with the versions of blueprint and banks pinned and the secret of its draw committed to the ledger
// beforehand; the end of the window ends the starts and cuts the ordinary time limit, and nothing else unless the
// sitting has a hard end. An accommodation (調整) is more time for a person, under a label; an admission (放行) lets
// a late joiner in; an adjustment changes the time of all live attempts of a sitting at once. A form
// (試卷) is what one person was dealt; an attempt (應考紀錄) is their one go at it, live until it is submitted or
// expires; an answer is what they said, in displayed positions, and the journal holds every save in a hash
// chain. A notice is what candidates are told of what an exam records, from its integrity policy, and an agreement that
// they read it, with what they consented to. A report is a batch of events that a browser claims to have seen; a signal
// (訊號) is what the journal tells of one, or of what the server saw itself. A submission is how an attempt ended, with a signed receipt (交卷憑證); a result is its marks, in
// revisions that are only ever added. A lease is the one device that may save.
//
// A script (待閱答案) is one answer that a person marks (閱卷), by a number and not a name; a claim is the one marker who
// has it for a while. A mark is what one person gave it per criterion of its rubric; where two mark, a third settles
// what is further apart than the exam tolerates. Until nothing of an attempt waits to be marked it is neither passed nor
// failed, and the last mark adds the revision that says which. An attempt's sitting is settled when all have ended: its
// answers and the comparison of its papers wait for no marker, while a score that comes when the sitting closes comes
// when everything there is marked. An appeal on a mark (複查) is the candidate's; upheld it is a new mark.
//
// Those who watch a sitting have its board. A pulse (狀態) is how a candidate stands at this moment, from what the server
// heard and what the browser claimed; a look (查看) says that somebody has seen to what was claimed until then. A message
// (訊息) goes to one candidate or to all and is seen when they say so; a call (呼叫) is a candidate's, and open until it is
// answered or taken back. Where an exam is invigilated and its sitting has invigilators, a second device takes over when
// one of them approves of its request (換裝置), or when the first has been silent for a minute, since a crash must not cost
// the exam. News is the number of times that those who watch had something for the candidate: the room learns it with the
// time and with every save, and asks for the words. A seating plan (座位表) says where people sit; it orders the board and the
// map of likenesses, and means nothing else.
//
// Safe Exam Browser is asked for by the exam's policy (policy_seb.go). A configuration is written for one person at one
// sitting (seb_config.go) and known by its Config Key, which every request of the exam is asked for (seb_admit.go); an
// exemption (seb_exempt.go) lets one person sit without. Its formats are package exams/seb.
//
// Files of pure rules: blueprint*.go, policy.go and policy_parse.go, notice.go (texts.go has what is longer),
// report.go (what of a report is kept), signal.go (what a journal tells), deal.go with strata.go (forms of like difficulty) and dice.go, reading.go
// (how long an item takes), deadline.go, accommodation.go, grade.go, retry.go, guess.go, regrade.go, hand.go, contact.go,
// pulse.go, pace.go, and stats.go with stats_*.go. Files of verbs: open.go and close.go (sittings), view.go (lists, the briefing, what guessing earns), watch.go (a sitting for those who watch it), start.go with
// admit.go, passcode.go, latecomer.go, agreement.go,
// lease.go, answer.go, observe.go (with flood.go, which bounds it, and origin.go), traces.go, submit.go, paper.go, outcome.go (a result),
// results.go and analysis.go (a sitting's, and how items did), adjust.go and adjust_all.go (more time and pauses,
// for one and for all), accommodate.go, note.go, board.go with presence.go, happening.go and seat.go, message.go, call.go, takeover.go, news.go, queue.go and marking.go (what people mark;
// basis.go has what a later revision was graded from), stock.go (the comment bank), appeal.go, revise.go (regrades), replay.go, verify.go with verify_decisions.go, verify_pins.go,
// verify_results.go, verify_files.go and receipt.go (what bainian verify looks through), evidence.go (what the ledger seals), grant.go (more attempts), preview.go and check.go (before anybody sits it), rehearsal.go (the load of an exam day, made up and erased). What is
// known of items is facility.go's, what a person has seen of them seen.go's. Files that answers name: file.go (what
// may be handed in), upload.go (handing it in, in parts), keep.go (looking at it, and what goes once nobody needs
// it); snapshot.go has the pictures of the camera (snapshots), encrypted, and verify_snapshots.go what the journal says of them. What other domains compose with in
// their own transactions stands in records.go. What was published is parsed in published.go and kept with what
// was dealt (dealt.go), and comes into words in words.go; what may be published is lint.go's to say, and
// undealable.go's of a bank that exams draw from. What the journal holds is in entry.go; statements that
// several verbs share are in sql.go, those of what people mark in script.go.
//
// Tables: sitting, sitting_invigilator, sitting_person (whom a named one is for), sitting_note, passcode_try,
// admission, adjustment, attempt (the row every save reads and writes), attempt_form, answer, submission, result,
// regrade, accommodation, accommodation_end and accommodation_signal (what one explains), notice, agreement, observation (how
// the reports stand), extension, pause, set_aside, facility (what was known of items, by
// digest), attempt_grant, upload, blob_removal, snapshot, snapshot_removal, script, hand_mark, mark_draft, unblinding, stock_comment,
// mark_appeal, rehearsal, seating (where people sit, by the latest plan), pulse, look, sitting_message and message_copy (whom it came to), candidate_call, takeover, seb_config,
// seb_session (that proved to be in Safe Exam Browser), seb_visit (what clients showed), seb_exemption. The chains of the attempts are in the ledger's journal, under the
// attempt's id, and the bytes of the files in the blobs, under their hashes.
//
// Bad days, and the test that survives each:
//
//	the server is killed during saves      server TestBadDay_ServerKilledDuringSaves; TestE1_KillInMidSave
//	the disk is full                       server TestBadDay_DiskFull
//	another process locks the database     server TestBadDay_DatabaseLockedByAnotherProcess
//	500 press start in the same second     server TestBadDay_FiveHundredStartsInTheSameSecond
//	the network is cut for ten minutes     web/learn TestBadDay_InBrowser/NetworkCutForTenMinutes, …AcrossTheDeadline
//	the laptop's clock is two hours wrong  web/learn TestBadDay_InBrowser/LaptopClockTwoHoursWrong
//	two tabs, two devices                  web/learn TestBadDay_InBrowser/TwoTabs, /TwoDevices; TestE5_OneAttemptOneDevice
//	a second device, and nobody to agree   TestE5_TakingOverIsApproved; web/learn TestLiveInvigilationInBrowser
//	a reload, or a restart of the server,  TestLiveInvigilation/…/Messages, /Calls; web/learn
//	  between a message or a call and its    TestLiveInvigilationInBrowser/CallAnswerAndMessage
//	  being seen or answered
//	a message to all is cut off half way   TestLiveInvigilation/…/Messages
//	the line is down when it is read       web/learn TestLiveInvigilationInBrowser/CallAnswerAndMessage
//	the session expires in the middle      web/learn TestBadDay_InBrowser/SessionExpiredInTheMiddle
//	the back button                        web/learn TestBadDay_InBrowser/BackButton
//	a double click on submit               web/learn TestBadDay_InBrowser/DoubleClickOnSubmit
//	submit races expiry                    web/learn TestBadDay_InBrowser/SubmitRacingExpiry; TestE5_OneAttemptOneDevice
//	expiry with the browser gone           web/learn TestBadDay_InBrowser/ExpiryWithTheBrowserGone; TestE2_TheDeadline
//	a bank is republished mid-sitting      web/learn TestBadDay_InBrowser/BankRepublishedMidSitting; TestE6_PastResults
//	an extension races expiry              TestBadDay_InTheRoom; web/learn TestBadDay_InBrowser/ExtensionRacingExpiry
//	all of it in any order                 TestAttemptIsLikeItsModel
//	somebody writes to the database        TestE4_VerifyNamesEveryTampering; server TestE4_EveryAttemptOfAFurnishedCompanyReplays
//	a file of a wrong type, of 500 MB,     TestFiles/…/WhatIsRefused; web/learn TestPartWithoutEnd, TestFilesOverHTTP
//	  a zip bomb, one named ../../x
//	an upload is cut in the middle         TestFiles/…/CutInTheMiddleAndResumed; web/learn TestFilesInBrowser
//	the server is killed between parts     blobs TestE1_PartsSurviveKill9
//	a file arrives after the deadline      TestE2_Files
package exams
