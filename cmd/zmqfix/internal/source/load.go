// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"
)

// Config says where and how to look for packages.
type Config struct {
	Dir  string   // "" is the working directory
	Tags []string // build tags
}

// Load reads the packages that patterns name, as the go command does, or the
// files, if all patterns end in .go. Where the go command cannot list them, for
// want of a go.mod or of itself, folders are searched instead. Call Check
// next.
func Load(cfg Config, patterns []string) (*Program, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	p := &Program{Unresolved: map[string]string{}}
	if allFiles(patterns) {
		return p, p.addFolder(cfg, patterns, "command-line-arguments")
	}
	err := p.list(cfg, patterns)
	if err == nil {
		return p, nil
	}
	p.Fallback = err.Error()
	p.Packages = nil
	return p, p.search(cfg, patterns)
}

func allFiles(patterns []string) bool {
	return !slices.ContainsFunc(patterns, func(s string) bool { return !strings.HasSuffix(s, ".go") })
}

// list asks the go command. A package with its tests is listed twice or more;
// the variant with the most files has them all.
func (p *Program) list(cfg Config, patterns []string) error {
	listed, err := packages.Load(&packages.Config{
		Mode:       packages.NeedName | packages.NeedFiles,
		Dir:        cfg.Dir,
		Tests:      true,
		BuildFlags: tagFlags(cfg.Tags),
	}, patterns...)
	if err != nil {
		return err
	}
	best := map[string]*packages.Package{}
	var paths []string
	var trouble error
	for _, l := range listed {
		p.ignore(l.IgnoredFiles)
		if len(l.GoFiles) == 0 || strings.HasSuffix(l.PkgPath, ".test") {
			if len(l.Errors) > 0 {
				trouble = l.Errors[0]
			}
			continue
		}
		if best[l.PkgPath] == nil {
			paths = append(paths, l.PkgPath)
		}
		if b := best[l.PkgPath]; b == nil || len(b.GoFiles) < len(l.GoFiles) {
			best[l.PkgPath] = l
		}
	}
	if len(paths) == 0 {
		if trouble == nil {
			trouble = fmt.Errorf("no packages match %s", strings.Join(patterns, " "))
		}
		return trouble
	}
	for _, path := range paths {
		if err := p.addFiles(path, best[path].GoFiles); err != nil {
			return err
		}
	}
	return nil
}

// ignore notes those of some files that import a library.
func (p *Program) ignore(files []string) {
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil || slices.Contains(p.Ignored, file) {
			continue
		}
		if left := (&File{AST: f}); len(left.Libraries())+len(left.Strangers()) > 0 {
			p.Ignored = append(p.Ignored, file)
		}
	}
}

func tagFlags(tags []string) []string {
	if len(tags) == 0 {
		return nil
	}
	return []string{"-tags=" + strings.Join(tags, ",")}
}

// search looks for packages in the folders that patterns name.
func (p *Program) search(cfg Config, patterns []string) error {
	for _, pattern := range patterns {
		folder, below := strings.CutSuffix(filepath.ToSlash(pattern), "...")
		folder = filepath.FromSlash(folder)
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(cfg.Dir, folder)
		}
		err := filepath.WalkDir(filepath.Clean(folder), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() {
				return nil
			}
			if name != filepath.Clean(folder) && (!below || skipped(d.Name())) {
				return filepath.SkipDir
			}
			files, err := filepath.Glob(filepath.Join(name, "*.go"))
			if err != nil || len(files) == 0 {
				return err
			}
			return p.addFolder(cfg, files, folderPath(name))
		})
		if err != nil {
			return err
		}
	}
	if len(p.Packages) == 0 {
		return fmt.Errorf("no Go files match %s", strings.Join(patterns, " "))
	}
	return nil
}

// skipped is for the folders that the go command passes over, too.
func skipped(name string) bool {
	return name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// folderPath returns the import path of a folder, as far as a go.mod above it
// tells.
func folderPath(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return filepath.ToSlash(dir)
	}
	for at := abs; ; at = filepath.Dir(at) {
		if mod, err := os.ReadFile(filepath.Join(at, "go.mod")); err == nil {
			if module := modfile.ModulePath(mod); module != "" {
				rel, _ := filepath.Rel(at, abs)
				return path.Join(module, filepath.ToSlash(rel))
			}
		}
		if at == filepath.Dir(at) {
			return filepath.ToSlash(abs)
		}
	}
}

// addFolder adds the packages that files of one folder make up: by the names in
// their package clauses, and without those that a build constraint leaves out.
func (p *Program) addFolder(cfg Config, files []string, importPath string) error {
	ctx := build.Default
	ctx.BuildTags = cfg.Tags
	ctx.CgoEnabled = true
	byName := map[string][]string{}
	for _, file := range files {
		if !filepath.IsAbs(file) && cfg.Dir != "" && importPath == "command-line-arguments" {
			file = filepath.Join(cfg.Dir, file)
		}
		if importPath != "command-line-arguments" {
			if ok, err := ctx.MatchFile(filepath.Dir(file), filepath.Base(file)); err != nil || !ok {
				p.ignore([]string{file})
				continue
			}
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		byName[f.Name.Name] = append(byName[f.Name.Name], file)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files, path := byName[name], importPath
		if strings.HasSuffix(name, "_test") {
			path += "_test"
		}
		if err := p.addFiles(path, files); err != nil {
			return err
		}
	}
	return nil
}

// addFiles adds a package.
func (p *Program) addFiles(importPath string, files []string) error {
	pkg := &Package{Path: importPath}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		pkg.Files = append(pkg.Files, &File{Path: name, Src: src, Orig: src})
	}
	p.Packages = append(p.Packages, pkg)
	return nil
}
