package suite

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrFolderInUse says that another process runs a suite in the folder.
var ErrFolderInUse = errors.New("another suite runs in this folder")

// lock keeps a second suite out of the folder for as long as this process has it open.
func (f Folder) lock() (release func() error, err error) {
	file, err := os.OpenFile(f.Path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the suite's folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", f, ErrFolderInUse), file.Close())
	}
	return file.Close, nil
}

// Remove deletes a folder in which a suite ran, database included. Any other folder is refused, and so is one in use.
func (f Folder) Remove() error {
	if _, err := os.Stat(string(f)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(f.Path("keys.json")); err != nil {
		return fmt.Errorf("remove %s: no suite ran there: %w", f, err)
	}
	release, err := f.lock()
	if err != nil {
		return fmt.Errorf("remove %s: %w", f, err)
	}
	database, err := f.postgresFolder()
	if err == nil {
		err = errors.Join(os.RemoveAll(database), os.RemoveAll(string(f)))
	}
	return errors.Join(err, release())
}
