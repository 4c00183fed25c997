;;; certsd-lint.el --- certsd-lint with eglot  -*- lexical-binding: t; -*-

;; Start it in a hosts.toml with M-x eglot.

;;; Code:

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((conf-toml-mode toml-ts-mode) . ("certsd-lint" "lsp"))))

(provide 'certsd-lint)
;;; certsd-lint.el ends here
