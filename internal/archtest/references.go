// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

var (
	// mentionedFile is a file name in a comment, with or without its folder.
	mentionedFile = regexp.MustCompile(`[\w./-]*\w\.(?:go|md|c|h|js|ts|py|sh|txt)\b`)
	// mixedCaps is a word that can only be a name of the code: a capital letter
	// behind a small one.
	mixedCaps = regexp.MustCompile(`\b[A-Za-z][a-z0-9]*(?:[a-z0-9][A-Z]|[A-Z]{2,}[a-z])\w*\b`)
	// mentionedName is a name with its package or type in front of it.
	mentionedName = regexp.MustCompile(`\b([A-Za-z]\w*)\.([A-Za-z]\w*)\b`)
)

// words look like names of the code and are none.
var words = map[string]bool{
	"macOS": true, "FreeBSD": true, "NetBSD": true, "OpenBSD": true, "DragonFly": true, "GitHub": true, "MessagePack": true,
	"KiB": true, "MiB": true, "GiB": true, "NaN": true, "BSDs": true, "PINGs": true, "HelloWorld": true,
	"JeroMQ": true, "NetMQ": true, "ZeroMQ": true, "NaCl": true, "OpenPGM": true, "WebSocket": true, "WebSockets": true, "PostgreSQL": true,
	// Of libraries that are compared with or built on.
	"ClientAuth": true, "NoArgs": true, "MaximumNArgs": true, "NewSock": true, "WrapRegistererWith": true, "HandlerFor": true,
	"LeakSanitizer": true, "AddressSanitizer": true, "JavaScript": true, "TypeScript": true, "WebSocketStream": true, "WireGuard": true, "SipHash": true, "LibFuzzer": true,
}

// foreign are files that comments may name though they are not in the repository.
var foreign = map[string]bool{
	"Node.js": true, "winsock2.h": true, "un.h": true, "errno.h": true, "ws2ipdef.h": true,
}

// checkReferences finds comments that speak of a file that is not in the
// repository, or of a name that its code does not have. files are the paths of the
// repository's files, with slashes.
func checkReferences(t *tree, files []string) (wrong []string) {
	known := identifiers(t)
	declared := declarations(t)
	there := map[string]bool{}
	for _, f := range files {
		for p := f; ; {
			there[p] = true
			_, rest, ok := strings.Cut(p, "/")
			if !ok {
				break
			}
			p = rest
		}
	}
	for _, f := range t.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				note := func(format string, args ...any) {
					wrong = append(wrong, fmt.Sprintf("%s:%d: ", f.path, t.fset.Position(c.Pos()).Line)+fmt.Sprintf(format, args...))
				}
				text := withoutLinks(c.Text)
				for _, name := range mentionedFile.FindAllString(text, -1) {
					name = strings.TrimPrefix(path.Clean(name), "../")
					if !there[name] && !foreign[path.Base(name)] && !strings.HasPrefix(name, "/") {
						note("there is no file %s", name)
					}
				}
				text = example.ReplaceAllString(mentionedFile.ReplaceAllString(text, ""), "")
				for _, name := range mixedCaps.FindAllString(text, -1) {
					if !known[name] && !known[strings.TrimSuffix(name, "s")] && !words[name] {
						note("nothing has the name %s", name)
					}
				}
				for _, m := range mentionedName.FindAllStringSubmatch(text, -1) {
					if names, ok := declared[m[1]]; ok && !names[m[2]] {
						note("%s has no %s", m[1], m[2])
					}
				}
			}
		}
	}
	return wrong
}

// elsewhere is what is not a name of the code in a comment, however it looks.
var elsewhere = regexp.MustCompile(`https?://\S+|[\w.-]+\.(?:org|com|dev|net|io)/\S*|//go:\S+|"[^"]*"`)

func withoutLinks(comment string) string { return elsewhere.ReplaceAllString(comment, "") }

// example is a line of a program in a comment, or of what it prints: its names are
// its own.
var example = regexp.MustCompile(`(?m)^//(?:\t| Output:).*$`)

// identifiers returns every name that code of the tree uses or declares.
func identifiers(t *tree) map[string]bool {
	known := map[string]bool{}
	for _, f := range t.files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				known[id.Name] = true
			}
			return true
		})
	}
	return known
}

// declarations returns what each package of the tree declares and what each type
// has: fields, methods and, of an interface, its methods. Names that two packages
// or types share are taken together.
func declarations(t *tree) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	add := func(owner, name string) {
		if all[owner] == nil {
			all[owner] = map[string]bool{}
		}
		all[owner][name] = true
	}
	packages := map[string]bool{}
	embeds := map[string]bool{} // types that have names of others
	for _, f := range t.files {
		pkg := strings.TrimSuffix(f.ast.Name.Name, "_test")
		packages[pkg] = true
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					add(receiver(d.Recv), d.Name.Name)
				} else {
					add(pkg, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.ValueSpec:
						for _, n := range s.Names {
							add(pkg, n.Name)
						}
					case *ast.TypeSpec:
						add(pkg, s.Name.Name)
						for _, m := range members(s.Type) {
							if m == "" {
								embeds[s.Name.Name] = true
							}
							add(s.Name.Name, m)
						}
					}
				}
			}
		}
	}
	for name := range embeds {
		delete(all, name)
	}
	for name := range all {
		if packages[name] || ast.IsExported(name) {
			continue
		}
		delete(all, name) // as good as any word
	}
	delete(all, "main")
	delete(all, "context") // of the standard library
	return all
}

// members returns the names of a type's fields or methods, "" for one embedded.
func members(e ast.Expr) (names []string) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	case *ast.Ident, *ast.SelectorExpr, *ast.StarExpr:
		return []string{""} // has what the other type has
	default:
		return nil
	}
	for _, f := range list.List {
		if len(f.Names) == 0 {
			names = append(names, "")
		}
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// repositoryFiles lists all files below a root, but for hidden folders other than
// .ci and .github.
func repositoryFiles(fsys fs.FS) (files []string, err error) {
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && strings.HasPrefix(d.Name(), ".") && d.Name() != ".ci" && d.Name() != ".github":
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, p)
		}
		return nil
	})
	return files, err
}
