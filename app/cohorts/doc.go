// Package cohorts is the Roster: classes of new hires, who is in them, and their timetable.
//
// Vocabulary. A cohort (期) is a class with a number, a name and its days; a person is in one cohort at a time,
// and every joining and leaving is a record. A session is an entry of the timetable: a lecture, a sharing of
// somebody senior, or an exam. A lecturer is named in words, for not all of them work here. The programme is the
// shape of a timetable before it has dates, a document that every cohort can be given.
//
// Tables. cohort; enrolment, where a row without left_ms is a present member; timetable_session, where a
// cancelled one stays.
package cohorts
