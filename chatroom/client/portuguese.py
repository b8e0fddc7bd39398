"""What the client says, in Portuguese (as in Brazil). A test holds that no sentence is missing, and none left over."""

TABLE: dict[str, str] = {
    # coming in
    "Its SHA-256 fingerprint is\n  {fingerprint}": "A impressão digital SHA-256 dele é\n  {fingerprint}",
    "If its owner has told you the same, you can trust it from now on. Trust it? [y/N] ": (
        "Se o dono lhe disse a mesma, você pode confiar nele de agora em diante. Confiar? [s/N] "
    ),
    "Password of {account} at {host}: ": "Senha de {account} em {host}: ",
    "Your name at {address} [{nick}]: ": "Seu nome em {address} [{nick}]: ",
    # what happens
    "(taken back)": "(retirada)",
    "may not have reached {place}, look before you repeat it: ": (
        "pode não ter chegado a {place}, veja antes de repetir: "
    ),
    " to what {nick} said": " ao que {nick} disse",
    "{nick} reacts with {text}{about}": "{nick} reage com {text}{about}",
    "you react with {text}{about}": "você reage com {text}{about}",
    "what {nick} said": "o que {nick} disse",
    "a message": "uma mensagem",
    "{nick} takes back {about}{reason}": "{nick} retira {about}{reason}",
    "you take back {about}{reason}": "você retira {about}{reason}",
    "{nick} joined {room}": "{nick} entrou em {room}",
    "you are in {room} now": "você está em {room} agora",
    "{nick} left {room}{reason}": "{nick} saiu de {room}{reason}",
    "you left {room}{reason}": "você saiu de {room}{reason}",
    "{nick} quit{reason}": "{nick} foi embora{reason}",
    "{nick} is now called {name}": "{nick} agora se chama {name}",
    "you are now called {name}": "você agora se chama {name}",
    "the topic of {room} is: {topic}": "o assunto de {room} é: {topic}",
    "{room} has no topic": "{room} não tem assunto",
    "{nick} changed the topic of {room}: {topic}": "{nick} mudou o assunto de {room}: {topic}",
    "{nick} removed the topic of {room}": "{nick} tirou o assunto de {room}",
    "{nick} kicked {whom} out of {room}{reason}": "{nick} expulsou {whom} de {room}{reason}",
    "{nick} kicked you out of {room}{reason}": "{nick} expulsou você de {room}{reason}",
    "{nick} set {modes} on {room}": "{nick} pôs {modes} em {room}",
    "{nick} set {modes}": "{nick} pôs {modes}",
    "{nick} invited {whom} to {room}": "{nick} convidou {whom} para {room}",
    "{nick} invites you to {room}. /join {room} goes there": "{nick} convida você para {room}. /join {room} vai até lá",
    "{nick} is away: {text}": "{nick} está ausente: {text}",
    "{nick} is back": "{nick} voltou",
    "nobody is seen in {room}": "não se vê ninguém em {room}",
    "1 person in {room}: {names}": "1 pessoa em {room}: {names}",
    "{count} people in {room}: {names}": "{count} pessoas em {room}: {names}",
    " in {room}": " em {room}",
    " (to {nick})": " (para {nick})",
    " (to you)": " (para você)",
    "notice from ": "aviso de ",
    "notice: ": "aviso: ",
    "connected to {server} as {nick}": "conectado a {server} como {nick}",
    "not connected: {why}": "sem conexão: {why}",
    "waiting to be sent to {place}: ": "esperando para ir a {place}: ",
    # the screen
    "a private talk": "uma conversa particular",
    "something earlier": "algo anterior",
    "new since you left": "novo desde que você saiu",
    "reading older messages ...": "lendo mensagens antigas ...",
    "nothing older is kept": "não há nada mais antigo",
    "{count} new below; End goes there": "{count} novas abaixo; End vai até lá",
    "further up; End goes back": "mais acima; End volta",
    "{names} typing ...": "{names} digitando ...",
    "no room": "nenhuma sala",
    "Find: ": "Procurar: ",
    "connected": "conectado",
    "connecting": "conectando",
    "not connected since {time}": "sem conexão desde {time}",
    "silent for {s} s": "em silêncio há {s} s",
    "lag {ms} ms": "atraso {ms} ms",
    "lag {s} s": "atraso {s} s",
    "on its way: ": "a caminho: ",
    "waiting: ": "esperando: ",
    "Themes: {names}.": "Temas: {names}.",
    "You are in {room}; /part leaves it.": "Você está em {room}; /part sai dela.",
    "Monday": "segunda-feira",
    "Tuesday": "terça-feira",
    "Wednesday": "quarta-feira",
    "Thursday": "quinta-feira",
    "Friday": "sexta-feira",
    "Saturday": "sábado",
    "Sunday": "domingo",
    # questions
    "This looks like a password.": "Isto parece uma senha.",
    "This looks like the command /{name}, but would be said.": "Isto parece o comando /{name}, mas seria dito.",
    "{why} Say it in {place}? y: yes, Escape: no": "{why} Dizer em {place}? s: sim, Escape: não",
    "{count} lines pasted. Say them in {place}? y: yes, e: edit first, Escape: no": (
        "{count} linhas coladas. Dizer em {place}? s: sim, e: editar antes, Escape: não"
    ),
    "{count} messages are not stored on the server yet. Leave all the same? y: yes, Escape: no": (
        "{count} mensagens ainda não estão guardadas no servidor. Sair mesmo assim? s: sim, Escape: não"
    ),
    # the help of the commands
    "Say something to one person, or to a room.": "Diz algo a uma pessoa, ou a uma sala.",
    "Turn to one person: what you type then is for them alone.": (
        "Vira-se para uma pessoa: o que você digita é só para ela."
    ),
    "Answer whoever wrote to you in private last.": "Responde a quem lhe escreveu em particular por último.",
    "Say something as the answer to what somebody said last where you are.": (
        "Diz algo como resposta ao que alguém disse por último onde você está."
    ),
    "React to what was said last, by anybody or by one person: /react 👍 alice": (
        "Reage ao que foi dito por último, por qualquer um ou por uma pessoa: /react 👍 alice"
    ),
    "Say something where you are, as words without a slash do.": "Diz algo onde você está, como as palavras sem barra.",
    "Say what you do: /me waves.": "Diz o que você faz: /me acena.",
    "Shrug.": "Dá de ombros.",
    "Send a notice, which programs do not answer.": "Manda um aviso, a que programas não respondem.",
    "Drop what you said and what has not left yet.": "Descarta o que você disse e ainda não partiu.",
    "Go to a room; it is made if there is none.": "Vai a uma sala; se não houver, ela é criada.",
    "Leave a room.": "Sai de uma sala.",
    "Face another room, or a person: that is where what you type goes.": (
        "Vira-se para outra sala, ou uma pessoa: é para lá que vai o que você digita."
    ),
    "List the rooms there are.": "Lista as salas que há.",
    "List who is in a room; @ marks its operators.": "Lista quem está em uma sala; @ marca quem a opera.",
    "Show what a room is about, or set it; /topic - clears it.": (
        "Mostra o assunto de uma sala, ou muda; /topic - apaga."
    ),
    "Ask somebody to come to a room.": "Convida alguém para uma sala.",
    "Take another name.": "Troca de nome.",
    "List the people here, or those in a room.": "Lista as pessoas daqui, ou as de uma sala.",
    "Tell about one person.": "Conta sobre uma pessoa.",
    "Say that you are away, and why.": "Diz que você está ausente, e por quê.",
    "Say that you are back.": "Diz que você voltou.",
    "No longer hear somebody; without a name, list whom you ignore.": (
        "Deixa de ouvir alguém; sem nome, lista quem você ignora."
    ),
    "Hear somebody again.": "Volta a ouvir alguém.",
    "Show the last lines of a room: /last 50": "Mostra as últimas linhas de uma sala: /last 50",
    "Show a room from a time on: /since 14:00, /since yesterday, /since 90m": (
        "Mostra uma sala a partir de uma hora: /since 14:00, /since yesterday, /since 90m"
    ),
    "Find what was said in your rooms; all the words must be in it.": (
        "Procura o que foi dito nas suas salas; todas as palavras têm de estar lá."
    ),
    "Throw somebody out of a room.": "Expulsa alguém de uma sala.",
    "Make people operators of a room.": "Faz de pessoas operadoras de uma sala.",
    "Make people operators no longer.": "Tira isso delas.",
    "Let people speak in a moderated room.": "Deixa pessoas falarem em uma sala moderada.",
    "Take that back.": "Tira isso delas.",
    "Show or set the modes of a room: /mode +m": "Mostra ou muda os modos de uma sala: /mode +m",
    "Show the server's message of the day.": "Mostra a mensagem do dia do servidor.",
    "Show how the server does: people, messages, disk, the newest proven backup.": (
        "Mostra como vai o servidor: pessoas, mensagens, disco, a última cópia comprovada."
    ),
    "Show how long the server has been running.": "Mostra há quanto tempo o servidor está no ar.",
    "Show which server this is.": "Mostra que servidor é este.",
    "Show what time it is for the server.": "Mostra que horas são para o servidor.",
    "Show who is in the room beside what is said, or no longer; F7 does the same.": (
        "Mostra quem está na sala ao lado do que é dito, ou deixa de mostrar; F7 faz o mesmo."
    ),
    "Put away the private talk you are in; /part leaves a room.": (
        "Guarda a conversa particular em que você está; /part sai de uma sala."
    ),
    "Look for words in what is here, as Ctrl-F does; /search asks the server.": (
        "Procura palavras no que está aqui, como Ctrl-F; /search pergunta ao servidor."
    ),
    "Choose colours: auto, dark, light, middle, mono.": "Escolhe as cores: auto, dark, light, middle, mono.",
    "Choose how times are shown: 24, 12, seconds, none, or a format such as %H:%M.": (
        "Escolhe como se mostram as horas: 24, 12, seconds, none, ou um formato como %H:%M."
    ),
    "Let the mouse scroll and choose (on), or leave it to the terminal (off).": (
        "Deixa o mouse rolar e escolher (on), ou o deixa para o terminal (off)."
    ),
    "Send a line of IRC as it is.": "Manda uma linha de IRC como ela é.",
    "Leave the chat.": "Sai da conversa.",
    "Tell what there is to type.": "Conta o que se pode digitar.",
    "Log in; without a password it is asked for, and not shown.": (
        "Entra na conta; sem a senha, ela é pedida e não se mostra."
    ),
    "Make the name you have yours; the password is asked for, and not shown.": (
        "Faz seu o nome que você tem; a senha é pedida e não se mostra."
    ),
    "Still not connected: {reason}": ("Ainda sem conexão: {reason}"),
    "Trying to connect again; what you type meanwhile is kept and sent then.": (
        "Tentando conectar de novo; o que você digitar enquanto isso é guardado e mandado depois."
    ),
    "{where} does not speak TLS. Try without --tls, or another port.": (
        "{where} não fala TLS. Tente sem --tls, ou outra porta."
    ),
    "There is no host called {host}. Check its spelling, and that this machine is online.": (
        "Não há máquina chamada {host}. Veja se está bem escrito, e se esta máquina tem rede."
    ),
    "{where} gave no answer within {seconds} s. Check the address and any firewall between.": (
        "{where} não respondeu em {seconds} s. Confira o endereço e se há um firewall no caminho."
    ),
    "Nothing listens at {where}. Is the server running there? bin/chat-server starts one.": (
        "Ninguém atende em {where}. O servidor está rodando lá? bin/chat-server inicia um."
    ),
    "/{name} needs more than that. Type: /{usage}": ("/{name} precisa de mais do que isso. Digite: /{usage}"),
    "/{name} has no use for '{rest}'. Type: /{usage}": ("/{name} não sabe o que fazer com '{rest}'. Digite: /{usage}"),
    " Did you mean /{nearest}?": (" Você quis dizer /{nearest}?"),
    "There is no /{name}.{hint} /help lists what there is.": ("Não há /{name}.{hint} /help mostra o que há."),
    "/{name} has to wait: there is no connection. Try it again when there is.": (
        "/{name} tem que esperar: não há conexão. Tente de novo quando houver."
    ),
    "You are {nick} here, not {wish}. /nick {wish} tries for it again.": (
        "Aqui você é {nick}, não {wish}. /nick {wish} tenta de novo."
    ),
    "Somebody is called {nick} already.": ("Alguém já se chama {nick}."),
    "This server won't have {nick} as a nick.": ("Este servidor não aceita o apelido {nick}."),
    "{why} You are still {nick}. Try another: /nick NAME": ("{why} Você ainda é {nick}. Tente outro: /nick NOME"),
    "{why} Choose another with --nick.": ("{why} Escolha outro com --nick."),
    "{why} So is every variant of it. Choose another with --nick.": (
        "{why} Nem nenhuma variante dele serve. Escolha outro com --nick."
    ),
    "{why} Trying {nick}.": ("{why} Tentando {nick}."),
    "The server refused: {what}": ("O servidor recusou: {what}"),
    "You are not logged in: {why}. /login tries again.": ("Você não entrou na conta: {why}. /login tenta de novo."),
    "This connection is not encrypted: who is on the way can read a password. --tls encrypts it.": (
        "Esta conexão não é cifrada: quem está no caminho pode ler uma senha. --tls a cifra."
    ),
    "A password is missing. What you type here is seen, so mind who looks on.": (
        "Falta uma senha. O que você digita aqui se vê: repare em quem olha."
    ),
    "{where} shows another certificate than the one you trusted; nothing was sent to it.": (
        "{where} mostra um certificado que não é o que você aceitou; nada lhe foi mandado."
    ),
    "If its owner has renewed it, take the old fingerprint out of servers.json (docs/client.md).": (
        "Se o dono o renovou, tire a impressão digital antiga de servers.json (docs/client.md)."
    ),
    "The certificate of {where} can't be trusted: {why}.": ("O certificado de {where} não merece confiança: {why}."),
    "If it is your own, name it in the environment: SSL_CERT_FILE=cert.pem chat-client ...": (
        "Se é o seu próprio, diga no ambiente onde está: SSL_CERT_FILE=cert.pem chat-client ..."
    ),
    " If that port expects TLS, add --tls.": (" Se essa porta espera TLS, use --tls."),
    "{where} did not let you in: {why}.": ("{where} não deixou você entrar: {why}."),
    "{where} can't be reached: {why}.": ("Não se chega a {where}: {why}."),
    "Password of {account}: ": ("Senha de {account}: "),
    "A password for {nick}: ": ("Uma senha para {nick}: "),
}
