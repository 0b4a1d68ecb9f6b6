// Package courses is what people learn and how far each has come.
//
// Vocabulary. A track (學程: values, product, sales, in that order) has courses, a course has lessons; their
// order is the path. A lesson is known by "<track>/<slug>" ("values/red-line" is 05-red-line.md in any course
// of the track), a course by "<track>/<course>". A check (隨堂測驗) is a question inside a lesson, marked at
// once. A lesson is opened by reading it and completed by saying so, once all its checks have been tried;
// evidence is what the program saw of the reading. A course is completed with the last of its lessons, and
// stays completed when lessons are added later. Everyone but those who make courses goes in order: a lesson
// opens when the one before it is done, a course when all courses before it are; and the Guard, which the
// server sets, may close a lesson for reasons of other domains. What a person has opened stays open.
// A source is what a lesson cites as [^name]: its words stand once, in content/sources.yaml, and become the
// lesson's notes.
//
// The outline is the whole tree as of one edition of the shelf, kept until the edition moves; rendered lessons
// are kept by the hash of what they are made of. Facts about people are never kept.
//
// Tables: progress (how far one person is with one lesson, beside the records it is the sum of), check_answer,
// lesson_completion and course_completion (records), pledge_signature.
package courses
