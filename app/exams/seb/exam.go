package seb

import (
	"net/url"
	"strings"
)

// Exam is what the configuration of one person's exam depends on.
type Exam struct {
	Site    string   // the public address: scheme://host[:port]
	Start   string   // path of the page to begin with; with a token in it the Config Key is nobody else's
	Quit    string   // path of the page on which the client offers to quit
	Paths   []string // beginnings of the paths that may be opened, such as /attempts/
	Uploads bool     // files may be chosen to hand in
	Sound   bool     // the microphone may be used
	Film    bool     // the camera may be used
	Salt    []byte   // for the Browser Exam Key
}

// Config is the configuration. It has no text with a quotation mark, no date, no real and no empty dictionary, on all of
// which clients disagree, and its last key in order is one that counts: the Windows client leaves a comma where the last
// is passed over.
func (e Exam) Config() Dict {
	return Dict{
		// What the client does: it starts an exam, shows its keys in headers, and on macOS and iOS uses the modern web view,
		// whose pages ask for the keys in JavaScript.
		"sebConfigPurpose":            0,
		"startURL":                    e.Site + e.Start,
		"quitURL":                     e.Site + e.Quit,
		"quitURLConfirm":              true,
		"sendBrowserExamKey":          true,
		"browserWindowWebView":        3,
		"examKeySalt":                 e.Salt,
		"examSessionReconfigureAllow": false,

		// Where it may go. A filter of what pages load would force the old web view, in which the keys cannot be asked for.
		"URLFilterEnable":                true,
		"URLFilterEnableContentFilter":   false,
		"URLFilterRules":                 e.rules(),
		"newBrowserWindowByLinkPolicy":   0,
		"newBrowserWindowByScriptPolicy": 0,
		"blockPopUpWindows":              true,
		"allowBrowsingBackForward":       false,
		"browserWindowAllowReload":       true,
		"showReloadButton":               true,
		"showReloadWarning":              true,
		"examSessionClearCookiesOnStart": true,
		"examSessionClearCookiesOnEnd":   true,

		// What helps with answers from elsewhere, or takes questions away.
		"allowSpellCheck":               false,
		"allowDictionaryLookup":         false,
		"allowDictation":                false,
		"allowSiri":                     false,
		"allowFind":                     true,
		"allowPrint":                    false,
		"allowDownloads":                false,
		"allowUploads":                  e.Uploads,
		"allowDownUploads":              e.Uploads, // what older clients read
		"downloadAndOpenSebConfig":      false,
		"downloadPDFFiles":              false,
		"allowAudioCapture":             e.Sound,
		"allowVideoCapture":             e.Film,
		"browserMediaCaptureMicrophone": e.Sound,
		"browserMediaCaptureCamera":     e.Film,
		"enablePrintScreen":             false,
		"enablePrivateClipboard":        true,
		"enableRightMouse":              false,

		// The machine around it. Quitting is allowed and needs no password: the server sees that somebody is gone, and
		// nobody is locked in on a day when something fails.
		"allowQuit":                 true,
		"ignoreExitKeys":            true,
		"browserViewMode":           1,
		"showTaskBar":               true,
		"showTime":                  true,
		"showInputLanguage":         true, // input methods for Chinese
		"allowPreferencesWindow":    false,
		"allowSwitchToApplications": false,
		"allowScreenSharing":        false,
		"allowDisplayMirroring":     false,
		"allowedDisplaysMaxNumber":  1,
		"allowVirtualMachine":       false,
		"allowWlan":                 true,
		"monitorProcesses":          true,
	}
}

// rules let the pages of an exam be opened and nothing else. A rule is host, port and path, with * for any text.
func (e Exam) rules() []any {
	host := e.Site
	if u, err := url.Parse(e.Site); err == nil {
		host = u.Host
	}
	var rules []any
	for _, path := range e.Paths {
		rules = append(rules, Dict{"action": 1, "active": true, "expression": host + strings.TrimSuffix(path, "*") + "*", "regex": false})
	}
	return rules
}
