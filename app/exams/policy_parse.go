package exams

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// policy reads the integrity policy: the name of a preset, or a mapping that may name one and differ from it.
func (p examReader) policy(i *Integrity, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		*i = p.preset(n, "integrity").Policy()
		return
	}
	preset, _ := member(n, "preset")
	if preset != nil {
		*i = p.preset(preset, "preset").Policy()
	}
	var camera, need *yaml.Node
	p.each(n, "integrity", func(name string, v *yaml.Node) bool {
		switch name {
		case "preset":
		case "watch":
			if preset != nil {
				p.add(v, "watch_preset")
			}
			p.watch(i, v)
		case "camera":
			camera = v
		case "camera_need":
			need = v
		case "screen":
			i.Screen = p.oneOf(v, name, ScreenOff, ScreenShare)
		case "seb":
			p.seb(i, v)
		case "invigilated":
			i.Invigilated = p.flag(v, name)
		case "canaries":
			i.Canaries = p.number(v, name, 0, 20)
		default:
			if !slices.Contains(Watchable(), name) {
				return false
			}
			i.set(name, p.flag(v, name))
		}
		return true
	})
	p.camera(i, camera, need)
}

func (p examReader) preset(n *yaml.Node, name string) Preset {
	var known []string
	for _, preset := range Presets() {
		known = append(known, string(preset))
	}
	return Preset(p.oneOf(n, name, known...))
}

// watch reads the list of a file from before there were presets. Its words took in more than one thing.
func (p examReader) watch(i *Integrity, n *yaml.Node) {
	for _, item := range p.list(n, "watch") {
		switch p.oneOf(item, "watch", "focus", "fullscreen", "paste") {
		case "focus":
			i.set(WatchFocus, true)
			i.set(WatchVisibility, true)
		case "fullscreen":
			i.set(WatchFullscreen, true)
		case "paste":
			i.set(WatchClipboard, true)
		}
	}
}

// camera reads what the camera does and how firmly it is asked for: not firmly unless the file says so, since a consent
// that cannot be refused is none. Files from before there were two kinds say only how firmly, and mean the milder kind.
func (p examReader) camera(i *Integrity, camera, need *yaml.Node) {
	if camera != nil {
		stated := p.oneOf(camera, "camera", CameraOff, CameraPresence, CameraSnapshots, NeedOptional, NeedRequired)
		i.Camera, i.CameraNeed = stated, NeedOptional
		switch stated {
		case CameraOff:
			i.CameraNeed = NeedOff
		case NeedOptional, NeedRequired:
			i.Camera, i.CameraNeed = CameraPresence, stated
			if need != nil {
				p.add(need, "camera_need_twice", "camera", stated)
			}
		}
	}
	if need == nil {
		return
	}
	if i.Camera == CameraOff {
		p.add(need, "camera_need")
		return
	}
	i.CameraNeed = p.oneOf(need, "camera_need", NeedOptional, NeedRequired)
}

// flag reads on or off.
func (p examReader) flag(n *yaml.Node, name string) bool {
	stated := p.oneOf(n, name, "off", "on", "false", "true")
	return stated == "on" || stated == "true"
}
