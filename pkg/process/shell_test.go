package process

import "testing"

func TestShellOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ parent, system, module, shell, want string }{
		{"bash", "linux", "", "", "sh"},
		{"make", "linux", "", "", "sh"},
		{"fish", "linux", "", "", "fish"},
		{"/bin/tcsh", "darwin", "", "", "tcsh"},
		{"-tcsh", "darwin", "", "", "tcsh"},
		{"-zsh", "darwin", "", "", "sh"},
		{"pwsh", "linux", "/usr/share", "", "pwsh"},
		{"zsh", "darwin", "/usr/share", "", "sh"},
		{"", "windows", `C:\Users\ada\Documents`, "", "pwsh"},
		{"", "windows", "", "", "sh"},
		{"", "windows", `C:\Users\ada\Documents`, "/usr/bin/bash", "sh"},
		{"", "linux", "/usr/share", "", "sh"},
	} {
		getenv := func(name string) string {
			return map[string]string{"PSModulePath": test.module, "SHELL": test.shell}[name]
		}
		if got := shellOf(test.parent, test.system, getenv); got != test.want {
			t.Errorf("%q on %s: %s, want %s", test.parent, test.system, got, test.want)
		}
	}
}
