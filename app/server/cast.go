package server

import (
	"fmt"

	"bainian/app/people"
)

// member is one person of the demonstration company. Names are invented.
type member struct {
	number, name string
	roles        []people.Role
	manager      string
	cohort       int
}

// demoRoles are the persons behind the link of each role.
var demoRoles = map[string]string{"new_hire": "B4201", "trainer": "A005", "hr": "A002", "reviewer": "A003", "manager": "A007", "admin": "A001"}

// demoPersonas are the other persons worth meeting, by the stage they are at.
var demoPersonas = []struct{ name, number string }{
	{"reviewer_2", "A004"}, {"reviewer_3", "A009"}, {"invigilator", "A006"}, {"mid_course", "B4202"}, {"at_the_gate", "B4203"}, {"ready_for_exam", "B4209"}, {"selling", "B4103"}, {"manager_41", "A008"}, {"under_review", "B4118"}, {"cleared", "B4130"},
}

const (
	oldCohort = 41 // finished; some of them sell
	newCohort = 42 // in its second week
)

// cast is everybody in the demonstration.
func cast() []member {
	all := []member{
		{number: "A001", name: "周承翰", roles: []people.Role{people.Admin}},
		{number: "A002", name: "許雅筑", roles: []people.Role{people.HR}},
		{number: "A003", name: "何思穎", roles: []people.Role{people.Reviewer}},
		{number: "A004", name: "梁柏宇", roles: []people.Role{people.Reviewer}},
		{number: "A005", name: "蔡孟庭", roles: []people.Role{people.Trainer}},
		{number: "A006", name: "簡士軒", roles: []people.Role{people.Trainer, people.Invigilator}},
		{number: "A007", name: "羅文彥", roles: []people.Role{people.Manager}},
		{number: "A008", name: "宋佳蓉", roles: []people.Role{people.Manager, people.Mentor}},
		{number: "A009", name: "薛明蕙", roles: []people.Role{people.Reviewer}},
	}
	for i, name := range cohort42 {
		all = append(all, member{number: fmt.Sprintf("B42%02d", i+1), name: name, roles: []people.Role{people.NewHire}, manager: "A007", cohort: newCohort})
	}
	for i, name := range cohort41 {
		manager := "A007"
		if i%2 == 1 {
			manager = "A008"
		}
		all = append(all, member{number: fmt.Sprintf("B41%02d", i+1), name: name, roles: []people.Role{people.NewHire}, manager: manager, cohort: oldCohort})
	}
	return all
}

var cohort42 = []string{"林予安", "張子晴", "王冠霖", "陳妍希", "黃品睿", "吳宛蓁", "劉宥辰", "蔡沛恩", "楊博鈞", "許芷柔"}

var cohort41 = []string{
	"曾柏翰", "彭郁婷", "徐紹恩", "鍾依庭", "游承恩", "詹雅雯", "魏子翔", "葉書妤", "程冠宇", "范心怡",
	"施宗翰", "江品妤", "杜明軒", "傅詩涵", "溫哲宇", "潘語彤", "龔家豪", "柯佩珊", "翁立緯", "邱怡安",
	"石凱文", "余庭瑄", "馮建廷", "卓思妤", "童俊傑", "丁柔安", "姚志鴻", "方又寧", "湯易修", "任欣妤",
	"康育誠", "白芸萱", "尤承佑", "古雅涵", "包家瑋", "田宜蓁", "侯宇倫", "汪詠晴", "俞紹廷", "甘書瑀",
}
