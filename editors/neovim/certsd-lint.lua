-- certsd-lint in Neovim 0.7.2 and later: load it from init.lua with `dofile`, or put it into `plugin/`.
local function root(path)
  local git = vim.fn.finddir('.git', vim.fn.fnamemodify(path, ':h') .. ';')
  return git ~= '' and vim.fn.fnamemodify(git, ':p:h:h') or vim.fn.fnamemodify(path, ':p:h')
end

local clients = {}

-- Neovim 0.7 has no `vim.lsp.start`, which starts one server for each repository.
local start = vim.lsp.start or function(config, options)
  local directory = config.root_dir
  clients[directory] = clients[directory] or vim.lsp.start_client(vim.tbl_extend('force', config, {
    on_exit = function() clients[directory] = nil end,
  }))
  if clients[directory] then
    vim.lsp.buf_attach_client(options.bufnr, clients[directory])
  end
end

vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
  pattern = { 'hosts.toml', 'config.toml', 'registries.yaml', 'certsd-lint.toml', '.certsd-lint.toml' },
  callback = function(args)
    local directory = root(vim.fn.fnamemodify(args.file, ':p'))
    start({
      name = 'certsd-lint',
      cmd = { 'certsd-lint', 'lsp' },
      root_dir = directory,
      cmd_cwd = directory,
    }, { bufnr = args.buf })
  end,
})
